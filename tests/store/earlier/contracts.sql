BEGIN TRANSACTION;
CREATE TABLE bill_lines (
	bill_line_id TEXT NOT NULL, 
	corrects_bill_line_id TEXT, 
	subscription_number TEXT NOT NULL, 
	line_number TEXT NOT NULL, 
	charge_number TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	what TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	phase_number TEXT NOT NULL, 
	service_start DATE, 
	service_end DATE, 
	bill_date DATE, 
	accounting_date DATE, 
	currency TEXT NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	customer_number TEXT NOT NULL, 
	business_unit TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	description TEXT NOT NULL, 
	bill_to_account TEXT NOT NULL, 
	bill_to_site TEXT NOT NULL, 
	payment_terms TEXT NOT NULL, 
	purchase_order TEXT NOT NULL, 
	tax_code TEXT NOT NULL, 
	run_number INTEGER NOT NULL, 
	PRIMARY KEY (bill_line_id), 
	CONSTRAINT bill_line_id_is_its_key CHECK (bill_line_id = subscription_number || ':' || charge_number || ':' || what || CASE WHEN revision = 0 THEN '' ELSE '#' || revision END), 
	FOREIGN KEY(corrects_bill_line_id) REFERENCES bill_lines (bill_line_id), 
	FOREIGN KEY(run_number) REFERENCES runs (run_number)
)
 WITHOUT ROWID

;
INSERT INTO "bill_lines" VALUES('H-1:10:M1',NULL,'H-1','1','10','MILESTONE','M1',0,'',NULL,NULL,'2026-01-19','2026-01-19','USD',240000,'0001','West','25 % of 9,600.00 = 2,400.00','Software - Instalment','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('H-2:20:FEE',NULL,'H-2','2','20','ONE_TIME','FEE',0,'','2026-01-05','2026-12-31','2026-01-05','2026-01-05','USD',5000,'0001','West','50.00 in one sum = 50.00','Software','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('H-4:10:FEE',NULL,'H-4','1','10','ONE_TIME','FEE',0,'','2026-01-01','2026-01-31','2026-02-01','2026-02-01','USD',30000,'0002','West','300.00 in one sum = 300.00','Software','000452','1','','','',2);
CREATE TABLE charges (
	subscription_number TEXT NOT NULL, 
	charge_number TEXT NOT NULL, 
	line_number TEXT NOT NULL, 
	charge_type TEXT NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	description TEXT, 
	billing_frequency TEXT, 
	billing_timing TEXT, 
	phase_number TEXT, 
	periodic_billing TEXT, 
	periodic_revenue TEXT, 
	template_code TEXT, 
	milestone_billing TEXT, 
	milestone_revenue TEXT, 
	standalone_selling_price_minor BIGINT, 
	revenue_method TEXT, 
	price_adjustment_percent_millionths BIGINT, 
	tax_code TEXT, 
	template_billing TEXT, 
	template_revenue TEXT, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (subscription_number, charge_number, replaced_by)
)
 WITHOUT ROWID

;
INSERT INTO "charges" VALUES('H-1','10','1','ONE_TIME',960000,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,NULL,'Y',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1,0);
INSERT INTO "charges" VALUES('H-2','10','1','ONE_TIME',10000,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,3,1,0);
INSERT INTO "charges" VALUES('H-2','20','2','ONE_TIME',5000,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,4,1,0);
INSERT INTO "charges" VALUES('H-3','10','1','ONE_TIME',7000,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,NULL,'Y',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,5,1,0);
INSERT INTO "charges" VALUES('H-4','10','1','ONE_TIME',30000,NULL,NULL,'IN_ARREARS',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,6,1,0);
CREATE TABLE customers (
	customer_number TEXT NOT NULL, 
	customer_name TEXT NOT NULL, 
	bill_to_account TEXT NOT NULL, 
	bill_to_site TEXT NOT NULL, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (customer_number, replaced_by)
)
 WITHOUT ROWID

;
INSERT INTO "customers" VALUES('0001','Alder & Sons','000451','1',2,2,1,0);
INSERT INTO "customers" VALUES('0002','Birch Ltd','000452','1',2,3,1,0);
CREATE TABLE findings (
	import_number INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	file TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	"row" BIGINT NOT NULL, 
	"column" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	message TEXT NOT NULL, 
	PRIMARY KEY (import_number, position)
);
CREATE TABLE imports (
	import_number INTEGER NOT NULL, 
	command TEXT NOT NULL, 
	accepted_at TEXT NOT NULL, 
	files TEXT NOT NULL, 
	PRIMARY KEY (import_number)
);
INSERT INTO "imports" VALUES(1,'run','2026-11-22T10:17:13+00:00','[{"file": "charges.csv", "sha256": "f34cfb46a9a3b09335728d102c6f036a142cd1e1ac7648d446f84530ace6d0b1", "rows_read": 5, "rows_accepted": 5, "rows_refused": 0}, {"file": "customers.csv", "sha256": "6b8dff411bd8390442ff53b03ddb7e1343f5395948038fd3f09da1b875293366", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}, {"file": "lookups.csv", "sha256": "fd2228154d2661050a8f9fd8de1848ff40baf9d825b909f3a03d4662c07f0548", "rows_read": 5, "rows_accepted": 5, "rows_refused": 0}, {"file": "milestones.csv", "sha256": "de7178537dab100d074eb94327c7db72c9e167ecb207b16899ca99933291ddf8", "rows_read": 4, "rows_accepted": 4, "rows_refused": 0}, {"file": "products.csv", "sha256": "2e4c33150b35ebea09b33e59351655725625c1ce449d174421fbfa50e4bca06c", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}, {"file": "subscription_lines.csv", "sha256": "d237a0380f577b146127782be51140e9de050e764ed3b99aa8818288b2845095", "rows_read": 5, "rows_accepted": 5, "rows_refused": 0}, {"file": "subscriptions.csv", "sha256": "9ba598216349f4ff46d2cbb3a930e8c213e56cd8f7660b9643d39bdc1ce05254", "rows_read": 4, "rows_accepted": 4, "rows_refused": 0}]');
INSERT INTO "imports" VALUES(2,'run','2026-11-22T10:17:18+00:00','[{"file": "milestones.csv", "sha256": "28f706dad49110dc51913099e0db843810cb0d1ce9445e74cc0e6b2a06e854b7", "rows_read": 1, "rows_accepted": 1, "rows_refused": 0}, {"file": "subscriptions.csv", "sha256": "f8e3a4b21923ec1a0db949bc2bf95d7d20ab9fb26d674c607ad924bff03b0279", "rows_read": 1, "rows_accepted": 1, "rows_refused": 0}]');
CREATE TABLE lookups (
	lookup_type TEXT NOT NULL, 
	code TEXT NOT NULL, 
	meaning TEXT, 
	enabled TEXT, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (lookup_type, code, replaced_by)
)
 WITHOUT ROWID

;
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Accepted',NULL,'Y',3,4,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Delivered',NULL,'Y',3,3,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Instalment',NULL,'Y',3,5,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Signed',NULL,'Y',3,2,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_SOURCE','CONTRACT',NULL,'Y',3,6,1,0);
CREATE TABLE milestones (
	subscription_number TEXT NOT NULL, 
	charge_number TEXT NOT NULL, 
	event_type TEXT NOT NULL, 
	sequence INTEGER NOT NULL, 
	milestone_name TEXT NOT NULL, 
	milestone_source TEXT, 
	source_reference TEXT, 
	percent_millionths BIGINT, 
	amount_minor BIGINT, 
	expected_completion_date DATE, 
	completion_date DATE, 
	comment TEXT, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (subscription_number, charge_number, event_type, sequence, replaced_by)
)
 WITHOUT ROWID

;
INSERT INTO "milestones" VALUES('H-1','10','BILLING',1,'Instalment',NULL,NULL,25000000,NULL,NULL,'2026-01-19',NULL,4,2,1,0);
INSERT INTO "milestones" VALUES('H-1','10','BILLING',2,'Instalment',NULL,NULL,50000000,NULL,NULL,'2026-02-20',NULL,8,2,2,0);
INSERT INTO "milestones" VALUES('H-1','10','BILLING',2,'Instalment',NULL,NULL,50000000,NULL,NULL,NULL,NULL,4,3,1,2);
INSERT INTO "milestones" VALUES('H-1','10','BILLING',3,'Instalment',NULL,NULL,25000000,NULL,NULL,NULL,NULL,4,4,1,0);
INSERT INTO "milestones" VALUES('H-3','10','BILLING',1,'Instalment',NULL,NULL,100000000,NULL,NULL,'2026-04-15',NULL,4,5,1,0);
CREATE TABLE products (
	product_code TEXT NOT NULL, 
	description TEXT NOT NULL, 
	sales_product_type TEXT NOT NULL, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (product_code, replaced_by)
)
 WITHOUT ROWID

;
INSERT INTO "products" VALUES('CARE','Extended care','COVERAGE',5,3,1,0);
INSERT INTO "products" VALUES('SOFT','Software','SUBSCRIPTION',5,2,1,0);
CREATE TABLE refused_rows (
	import_number INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	cells TEXT NOT NULL, 
	errors TEXT NOT NULL, 
	faulty TEXT NOT NULL, 
	PRIMARY KEY (import_number, position), 
	FOREIGN KEY(source) REFERENCES sources (source)
);
CREATE TABLE runs (
	run_number INTEGER NOT NULL, 
	run_id TEXT NOT NULL, 
	as_of DATE NOT NULL, 
	command TEXT NOT NULL, 
	import_number INTEGER NOT NULL, 
	own_import INTEGER, 
	inputs_digest TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	program_version TEXT NOT NULL, 
	posted_at TEXT NOT NULL, 
	sent_after_run INTEGER, 
	PRIMARY KEY (run_number), 
	UNIQUE (run_id)
);
INSERT INTO "runs" VALUES(1,'2026-01-31-1','2026-01-31','run',1,1,'109f5b1007a3e5f85f210d0d2af695526592c24e9abbeca66408f9d79f87844b','{"first_open_day": null, "receivables": {"batch_source": "Milestone Billing", "conversion_type": "Corporate", "credit_memo_type": "Credit Memo", "flexfield_context": "MILESTONE BILLING", "invoice_type": "Invoice", "ledger_currency": "USD", "payment_terms": "30 Net"}, "workbook_rows": 10000}','0+checkout','2026-11-22T10:17:13+00:00',1);
INSERT INTO "runs" VALUES(2,'2026-02-28-1','2026-02-28','run',2,2,'64578300757f21c90ed5b0eedc05152591f03cab313eab825afbb8553576fd57','{"first_open_day": null, "receivables": {"batch_source": "Milestone Billing", "conversion_type": "Corporate", "credit_memo_type": "Credit Memo", "flexfield_context": "MILESTONE BILLING", "invoice_type": "Invoice", "ledger_currency": "USD", "payment_terms": "30 Net"}, "workbook_rows": 10000}','0+checkout','2026-11-22T10:17:18+00:00',2);
CREATE TABLE schema_migrations (
	position INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	applied_at TEXT NOT NULL, 
	PRIMARY KEY (position), 
	UNIQUE (name)
);
INSERT INTO "schema_migrations" VALUES(0,'contracts, ledger and runs','2026-11-22T10:17:12+00:00');
CREATE TABLE sources (
	source INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	table_name TEXT NOT NULL, 
	file TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	headings TEXT NOT NULL, 
	PRIMARY KEY (source), 
	FOREIGN KEY(import_number) REFERENCES imports (import_number)
);
INSERT INTO "sources" VALUES(1,1,'charges','charges.csv','','["subscription_number", "charge_number", "line_number", "charge_type", "amount", "billing_timing", "milestone_billing"]');
INSERT INTO "sources" VALUES(2,1,'customers','customers.csv','','["customer_number", "customer_name", "bill_to_account", "bill_to_site"]');
INSERT INTO "sources" VALUES(3,1,'lookups','lookups.csv','','["lookup_type", "code"]');
INSERT INTO "sources" VALUES(4,1,'milestones','milestones.csv','','["subscription_number", "charge_number", "event_type", "sequence", "milestone_name", "percent", "completion_date"]');
INSERT INTO "sources" VALUES(5,1,'products','products.csv','','["product_code", "description", "sales_product_type"]');
INSERT INTO "sources" VALUES(6,1,'subscription_lines','subscription_lines.csv','','["subscription_number", "line_number", "product_code", "status"]');
INSERT INTO "sources" VALUES(7,1,'subscriptions','subscriptions.csv','','["subscription_number", "customer_number", "business_unit", "currency", "start_date", "end_date", "status"]');
INSERT INTO "sources" VALUES(8,2,'milestones','milestones.csv','','["subscription_number", "charge_number", "event_type", "sequence", "milestone_name", "completion_date"]');
INSERT INTO "sources" VALUES(9,2,'subscriptions','subscriptions.csv','','["subscription_number", "customer_number", "business_unit", "currency", "start_date", "end_date", "status"]');
CREATE TABLE subscription_lines (
	subscription_number TEXT NOT NULL, 
	line_number TEXT NOT NULL, 
	product_code TEXT NOT NULL, 
	status TEXT, 
	start_date DATE, 
	end_date DATE, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (subscription_number, line_number, replaced_by)
)
 WITHOUT ROWID

;
INSERT INTO "subscription_lines" VALUES('H-1','1','SOFT',NULL,NULL,NULL,6,2,1,0);
INSERT INTO "subscription_lines" VALUES('H-2','1','SOFT','ON_HOLD',NULL,NULL,6,3,1,0);
INSERT INTO "subscription_lines" VALUES('H-2','2','SOFT',NULL,NULL,NULL,6,4,1,0);
INSERT INTO "subscription_lines" VALUES('H-3','1','SOFT',NULL,NULL,NULL,6,5,1,0);
INSERT INTO "subscription_lines" VALUES('H-4','1','SOFT',NULL,NULL,NULL,6,6,1,0);
CREATE TABLE subscriptions (
	subscription_number TEXT NOT NULL, 
	customer_number TEXT NOT NULL, 
	business_unit TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	start_date DATE NOT NULL, 
	end_date DATE, 
	evergreen TEXT, 
	status TEXT NOT NULL, 
	billing_day INTEGER, 
	payment_terms TEXT, 
	purchase_order TEXT, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (subscription_number, replaced_by)
)
 WITHOUT ROWID

;
INSERT INTO "subscriptions" VALUES('H-1','0001','West','USD','2026-01-19','2026-12-31','N','ON_HOLD',NULL,NULL,NULL,9,2,2,0);
INSERT INTO "subscriptions" VALUES('H-1','0001','West','USD','2026-01-19','2026-12-31','N','ACTIVE',NULL,NULL,NULL,7,2,1,2);
INSERT INTO "subscriptions" VALUES('H-2','0001','West','USD','2026-01-05','2026-12-31','N','ACTIVE',NULL,NULL,NULL,7,3,1,0);
INSERT INTO "subscriptions" VALUES('H-3','0002','West','USD','2026-01-01','2026-12-31','N','ON_HOLD',NULL,NULL,NULL,7,4,1,0);
INSERT INTO "subscriptions" VALUES('H-4','0002','West','USD','2026-01-01','2026-01-31','N','ACTIVE',NULL,NULL,NULL,7,5,1,0);
CREATE TABLE template_milestones (
	template_code TEXT NOT NULL, 
	event_type TEXT NOT NULL, 
	sequence INTEGER NOT NULL, 
	milestone_name TEXT NOT NULL, 
	milestone_source TEXT NOT NULL, 
	percent_millionths BIGINT NOT NULL, 
	comment TEXT, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (template_code, event_type, sequence, replaced_by)
)
 WITHOUT ROWID

;
CREATE TABLE templates (
	template_code TEXT NOT NULL, 
	template_name TEXT NOT NULL, 
	description TEXT, 
	milestone_billing TEXT NOT NULL, 
	milestone_revenue TEXT NOT NULL, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (template_code, replaced_by)
)
 WITHOUT ROWID

;
CREATE INDEX bill_lines_by_run ON bill_lines (run_number);
COMMIT;
