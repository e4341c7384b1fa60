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
INSERT INTO "bill_lines" VALUES('X-1:10:M1',NULL,'X-1','1','10','MILESTONE','M1',0,'',NULL,NULL,'2026-01-12','2026-01-12','USD',300000,'0001','East','30 % of 10,000.00 = 3,000.00','Implementation - Signed','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('X-1:30:FEE',NULL,'X-1','1','30','ONE_TIME','FEE',0,'1','2026-01-10','2026-12-31','2026-01-10','2026-01-10','USD',150000,'0001','East','one-time charge of 1,500.00 at its start on 2026-01-10','Pilot','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('X-2:10:2026-01-31',NULL,'X-2','1','10','RECURRING','2026-01-31',0,'','2026-01-31','2026-02-27','2026-01-31','2026-01-31','USD',2000,'0002','East','20.00 for a whole period of 28 days','Seat (2026-01-31 to 2026-02-27)','000452','1','','','',1);
INSERT INTO "bill_lines" VALUES('X-2:10:2026-02-28',NULL,'X-2','1','10','RECURRING','2026-02-28',0,'','2026-02-28','2026-03-30','2026-02-28','2026-02-28','USD',2000,'0002','East','20.00 for a whole period of 31 days','Seat (2026-02-28 to 2026-03-30)','000452','1','','','',2);
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
INSERT INTO "charges" VALUES('X-1','10','1','ONE_TIME',1000000,'Implementation',NULL,'IN_ADVANCE',NULL,NULL,NULL,NULL,'Y',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,2,1,0);
INSERT INTO "charges" VALUES('X-1','20','1','RECURRING',45000,'Use','MONTHLY','IN_ARREARS','2',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,3,1,0);
INSERT INTO "charges" VALUES('X-1','30','1','ONE_TIME',150000,'Pilot',NULL,'IN_ADVANCE','1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,4,1,0);
INSERT INTO "charges" VALUES('X-2','10','1','RECURRING',2000,'Seat','MONTHLY','IN_ADVANCE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,5,1,0);
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
INSERT INTO "customers" VALUES('0001','Acme','000451','1',2,2,1,0);
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
INSERT INTO "findings" VALUES(1,0,'TPL-07','warning','charges.csv','',2,'charge_number','10','charge 10 has a template or milestones and shares subscription X-1 with other charges: a subscription of its own is recommended, because an amendment does not copy it');
CREATE TABLE imports (
	import_number INTEGER NOT NULL, 
	command TEXT NOT NULL, 
	accepted_at TEXT NOT NULL, 
	files TEXT NOT NULL, 
	PRIMARY KEY (import_number)
);
INSERT INTO "imports" VALUES(1,'run','2026-11-22T10:17:23+00:00','[{"file": "charges.csv", "sha256": "9e780dd7e896772899a40f80772d9dc78eb8fe3d1aefd2fe0eb8bbe11a2a8559", "rows_read": 4, "rows_accepted": 4, "rows_refused": 0}, {"file": "customers.csv", "sha256": "e1cbc0f815fa796173edcbbec1d3e1f7131112233481a39b677e5fa48b1f4354", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}, {"file": "lookups.csv", "sha256": "596dda9d1500a3340829c2b2d90b7c82d69a8c6a367421b1730b523ad378d174", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}, {"file": "milestones.csv", "sha256": "5417947297cbc44b2474e8bdb68c374d36db45e079f6405dce08e604ba9aa2c7", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}, {"file": "phases.csv", "sha256": "845bb83793bee1abd13fc96651cd2a633624d26fc909600bd9dbf36454858023", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}, {"file": "products.csv", "sha256": "a91d95bb6c444904e8910553c0448e143b165c186bdb828733ac7106554631c7", "rows_read": 1, "rows_accepted": 1, "rows_refused": 0}, {"file": "subscription_lines.csv", "sha256": "be4fbe06cf3b793cad8455452153535186ab36a88274e844f11695460e3c977c", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}, {"file": "subscriptions.csv", "sha256": "e6c06de88668fd7b2bb5739cf02bc7368a06ed04a9d0a847fc54f0c7deef4a73", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}]');
INSERT INTO "imports" VALUES(2,'run','2026-11-22T10:17:30+00:00','[{"file": "phases.csv", "sha256": "47eb662263645e14e3161926badc0965059a22cc5ac40f92cbd16c326c5c43b5", "rows_read": 1, "rows_accepted": 1, "rows_refused": 0}]');
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
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Accepted',NULL,'Y',3,3,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Signed',NULL,'Y',3,2,1,0);
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
INSERT INTO "milestones" VALUES('X-1','10','BILLING',1,'Signed',NULL,NULL,30000000,NULL,NULL,'2026-01-12',NULL,4,2,1,0);
INSERT INTO "milestones" VALUES('X-1','10','BILLING',2,'Accepted',NULL,NULL,70000000,NULL,NULL,NULL,NULL,4,3,1,0);
CREATE TABLE phases (
	subscription_number TEXT NOT NULL, 
	phase_number TEXT NOT NULL, 
	phase_name TEXT NOT NULL, 
	ends TEXT NOT NULL, 
	end_date DATE, 
	duration_months INTEGER, 
	milestone_name TEXT, 
	expected_completion_date DATE, 
	completion_date DATE, 
	billing_anchor TEXT, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (subscription_number, phase_number, replaced_by)
)
 WITHOUT ROWID

;
INSERT INTO "phases" VALUES('X-1','1','Pilot','MILESTONE',NULL,NULL,'Roll-out','2026-02-01','2026-02-15',NULL,9,2,2,0);
INSERT INTO "phases" VALUES('X-1','1','Pilot','MILESTONE',NULL,NULL,'Roll-out','2026-02-01',NULL,NULL,5,2,1,2);
INSERT INTO "phases" VALUES('X-1','2','Use','NEVER',NULL,NULL,NULL,NULL,NULL,NULL,5,3,1,0);
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
INSERT INTO "products" VALUES('SOFT','Software','SUBSCRIPTION',6,2,1,0);
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
INSERT INTO "runs" VALUES(1,'2026-01-31-1','2026-01-31','run',1,1,'6980bc07d7089204cc65702a6ccf46b30572a4a547385beec2309ee994d07788','{"first_open_day": null, "phase_handover": "on_completion", "receivables": {"batch_source": "Milestone Billing", "conversion_type": "Corporate", "credit_memo_type": "Credit Memo", "flexfield_context": "MILESTONE BILLING", "invoice_type": "Invoice", "ledger_currency": "USD", "payment_terms": "30 Net"}, "workbook_rows": 10000}','0+checkout','2026-11-22T10:17:23+00:00',1);
INSERT INTO "runs" VALUES(2,'2026-02-28-1','2026-02-28','run',2,2,'6d98ddeed44c747b1bb1b5c8e4f65086d1eab0a0fd59faa31232510214c9a088','{"first_open_day": null, "phase_handover": "on_completion", "receivables": {"batch_source": "Milestone Billing", "conversion_type": "Corporate", "credit_memo_type": "Credit Memo", "flexfield_context": "MILESTONE BILLING", "invoice_type": "Invoice", "ledger_currency": "USD", "payment_terms": "30 Net"}, "workbook_rows": 10000}','0+checkout','2026-11-22T10:17:30+00:00',2);
CREATE TABLE schema_migrations (
	position INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	applied_at TEXT NOT NULL, 
	PRIMARY KEY (position), 
	UNIQUE (name)
);
INSERT INTO "schema_migrations" VALUES(0,'contracts, ledger and runs','2026-11-22T10:17:22+00:00');
INSERT INTO "schema_migrations" VALUES(1,'phases','2026-11-22T10:17:22+00:00');
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
INSERT INTO "sources" VALUES(1,1,'charges','charges.csv','','["subscription_number", "charge_number", "line_number", "charge_type", "amount", "description", "billing_frequency", "billing_timing", "phase_number", "milestone_billing"]');
INSERT INTO "sources" VALUES(2,1,'customers','customers.csv','','["customer_number", "customer_name", "bill_to_account", "bill_to_site"]');
INSERT INTO "sources" VALUES(3,1,'lookups','lookups.csv','','["lookup_type", "code"]');
INSERT INTO "sources" VALUES(4,1,'milestones','milestones.csv','','["subscription_number", "charge_number", "event_type", "sequence", "milestone_name", "percent", "completion_date"]');
INSERT INTO "sources" VALUES(5,1,'phases','phases.csv','','["subscription_number", "phase_number", "phase_name", "ends", "end_date", "duration_months", "milestone_name", "expected_completion_date", "completion_date", "billing_anchor"]');
INSERT INTO "sources" VALUES(6,1,'products','products.csv','','["product_code", "description", "sales_product_type"]');
INSERT INTO "sources" VALUES(7,1,'subscription_lines','subscription_lines.csv','','["subscription_number", "line_number", "product_code"]');
INSERT INTO "sources" VALUES(8,1,'subscriptions','subscriptions.csv','','["subscription_number", "customer_number", "business_unit", "currency", "start_date", "end_date", "evergreen", "status", "billing_day"]');
INSERT INTO "sources" VALUES(9,2,'phases','phases.csv','','["subscription_number", "phase_number", "completion_date"]');
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
INSERT INTO "subscription_lines" VALUES('X-1','1','SOFT',NULL,NULL,NULL,7,2,1,0);
INSERT INTO "subscription_lines" VALUES('X-2','1','SOFT',NULL,NULL,NULL,7,3,1,0);
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
INSERT INTO "subscriptions" VALUES('X-1','0001','East','USD','2026-01-10','2026-12-31','N','ACTIVE',NULL,NULL,NULL,8,2,1,0);
INSERT INTO "subscriptions" VALUES('X-2','0002','East','USD','2026-01-31',NULL,'Y','ACTIVE',NULL,NULL,NULL,8,3,1,0);
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
