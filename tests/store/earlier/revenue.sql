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
INSERT INTO "bill_lines" VALUES('R-1:10:M1',NULL,'R-1','1','10','MILESTONE','M1',0,'',NULL,NULL,'2026-01-10','2026-01-10','USD',300000,'0001','East','30 % of 10,000.00 = 3,000.00','Software - Signed','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('R-1:10:M2',NULL,'R-1','1','10','MILESTONE','M2',0,'',NULL,NULL,'2026-02-14','2026-02-14','USD',700000,'0001','East','70 % of 10,000.00 = 7,000.00','Software - Delivered','000451','1','','','',2);
INSERT INTO "bill_lines" VALUES('R-2:10:M1',NULL,'R-2','1','10','MILESTONE','M1',0,'',NULL,NULL,'2026-01-15','2026-01-15','USD',40000,'0001','East','50 % of 800.00 = 400.00','Software - Signed','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('R-3:10:FEE',NULL,'R-3','1','10','ONE_TIME','FEE',0,'','2026-01-05','2026-12-31','2026-01-05','2026-01-05','USD',547,'0001','East','one-time charge of 5.47 at its start on 2026-01-05','Software','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('R-5:10:FEE',NULL,'R-5','1','10','ONE_TIME','FEE',0,'','2026-01-05','2026-12-31','2026-01-05','2026-01-05','USD',10000,'0001','East','one-time charge of 100.00 at its start on 2026-01-05','Software','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('R-6:10:FEE',NULL,'R-6','1','10','ONE_TIME','FEE',0,'','2026-01-05','2026-12-31','2026-01-05','2026-01-05','USD',60000,'0001','East','one-time charge of 600.00 at its start on 2026-01-05','Software','000451','1','','','',1);
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
INSERT INTO "charges" VALUES('R-1','10','1','ONE_TIME',1000000,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,NULL,'Y','Y',NULL,NULL,NULL,NULL,NULL,NULL,1,2,1,0);
INSERT INTO "charges" VALUES('R-2','10','1','ONE_TIME',80000,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,'STAGED',NULL,'N',NULL,NULL,NULL,NULL,'Y','Y',1,3,1,0);
INSERT INTO "charges" VALUES('R-3','10','1','ONE_TIME',547,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,NULL,'N','Y',NULL,NULL,NULL,NULL,NULL,NULL,1,4,1,0);
INSERT INTO "charges" VALUES('R-4','10','1','ONE_TIME',40000,NULL,NULL,'IN_ARREARS',NULL,NULL,NULL,NULL,'N','Y',NULL,NULL,NULL,NULL,NULL,NULL,1,5,1,0);
INSERT INTO "charges" VALUES('R-5','10','1','ONE_TIME',10000,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,NULL,'N','Y',NULL,NULL,NULL,NULL,NULL,NULL,1,6,1,0);
INSERT INTO "charges" VALUES('R-6','10','1','ONE_TIME',60000,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,'BILLED','N','Y',NULL,NULL,NULL,NULL,'Y','N',1,7,1,0);
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
INSERT INTO "imports" VALUES(1,'run','2026-11-22T10:17:38+00:00','[{"file": "charges.csv", "sha256": "a0d2d9c47093e57eb1f93b95b294b46c6bf884f22fdfd85f65be843be3e87537", "rows_read": 6, "rows_accepted": 6, "rows_refused": 0}, {"file": "customers.csv", "sha256": "555af7f68f6d410db0ff158f05a5c6c58b6e7d3b7131b53606cff0f455aa39a7", "rows_read": 1, "rows_accepted": 1, "rows_refused": 0}, {"file": "lookups.csv", "sha256": "2e49d2a164903bf6a74444288ed98c5b85a16d5f8a3aa9b3d395090771e03d9c", "rows_read": 5, "rows_accepted": 5, "rows_refused": 0}, {"file": "milestones.csv", "sha256": "044990fdc811e391700b455fcb492cc6652a2a440b909b3d29d13c9195069d1c", "rows_read": 12, "rows_accepted": 12, "rows_refused": 0}, {"file": "products.csv", "sha256": "a91d95bb6c444904e8910553c0448e143b165c186bdb828733ac7106554631c7", "rows_read": 1, "rows_accepted": 1, "rows_refused": 0}, {"file": "subscription_lines.csv", "sha256": "d018310322283b2b59a5361e4740d9e087db4a7484ec14b4490373357ec4f406", "rows_read": 6, "rows_accepted": 6, "rows_refused": 0}, {"file": "subscriptions.csv", "sha256": "5f63bc0865bfeecea20788cce5dfe52cbd52d9b56b3ae3f46bcb5ba70e621929", "rows_read": 6, "rows_accepted": 6, "rows_refused": 0}, {"file": "template_milestones.csv", "sha256": "6fc10e96804134074c5f96e054ba568ce51afe96498ff994c553302044675632", "rows_read": 8, "rows_accepted": 8, "rows_refused": 0}, {"file": "templates.csv", "sha256": "77c7cc41d9b58c0ce9066b330562d9b840aebc8a83c775ed268d83a5998c1d8b", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}]');
INSERT INTO "imports" VALUES(2,'run','2026-11-22T10:17:46+00:00','[{"file": "milestones.csv", "sha256": "b42a83ed85040a233b13b90108fd9bfeb3e4f019fb8b686c0e0e9877d7bb9d15", "rows_read": 6, "rows_accepted": 6, "rows_refused": 0}]');
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
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Accepted',NULL,'Y',3,5,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Delivered',NULL,'Y',3,3,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Signed',NULL,'Y',3,2,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Trained',NULL,'Y',3,4,1,0);
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
INSERT INTO "milestones" VALUES('R-1','10','BILLING',1,'Signed',NULL,NULL,30000000,NULL,NULL,'2026-01-10',NULL,4,2,1,0);
INSERT INTO "milestones" VALUES('R-1','10','BILLING',2,'Delivered',NULL,NULL,70000000,NULL,NULL,'2026-02-14',NULL,10,2,2,0);
INSERT INTO "milestones" VALUES('R-1','10','BILLING',2,'Delivered',NULL,NULL,70000000,NULL,NULL,NULL,NULL,4,3,1,2);
INSERT INTO "milestones" VALUES('R-1','10','REVENUE',1,'Trained',NULL,NULL,20000000,NULL,NULL,'2026-02-11',NULL,10,3,2,0);
INSERT INTO "milestones" VALUES('R-1','10','REVENUE',1,'Trained',NULL,NULL,20000000,NULL,NULL,NULL,NULL,4,4,1,2);
INSERT INTO "milestones" VALUES('R-1','10','REVENUE',2,'Delivered',NULL,NULL,30000000,NULL,NULL,'2026-01-20',NULL,4,5,1,0);
INSERT INTO "milestones" VALUES('R-1','10','REVENUE',3,'Accepted',NULL,NULL,50000000,NULL,NULL,NULL,NULL,4,6,1,0);
INSERT INTO "milestones" VALUES('R-2','10','BILLING',1,'Signed','CONTRACT',NULL,50000000,NULL,NULL,'2026-01-15',NULL,4,7,1,0);
INSERT INTO "milestones" VALUES('R-2','10','BILLING',2,'Delivered','CONTRACT',NULL,50000000,NULL,NULL,NULL,NULL,8,3,1,0);
INSERT INTO "milestones" VALUES('R-2','10','REVENUE',1,'Delivered','CONTRACT',NULL,50000000,NULL,NULL,NULL,NULL,8,4,1,0);
INSERT INTO "milestones" VALUES('R-2','10','REVENUE',2,'Accepted','CONTRACT',NULL,50000000,NULL,NULL,NULL,NULL,8,5,1,0);
INSERT INTO "milestones" VALUES('R-3','10','REVENUE',1,'Trained',NULL,NULL,33340000,NULL,NULL,'2026-01-10',NULL,4,8,1,0);
INSERT INTO "milestones" VALUES('R-3','10','REVENUE',2,'Delivered',NULL,NULL,33330000,NULL,NULL,NULL,NULL,4,9,1,0);
INSERT INTO "milestones" VALUES('R-3','10','REVENUE',3,'Accepted',NULL,NULL,33330000,NULL,NULL,'2026-02-20',NULL,10,4,2,0);
INSERT INTO "milestones" VALUES('R-3','10','REVENUE',3,'Accepted',NULL,NULL,33330000,NULL,NULL,NULL,NULL,4,10,1,2);
INSERT INTO "milestones" VALUES('R-4','10','REVENUE',1,'Delivered',NULL,NULL,NULL,24000,NULL,'2026-02-10',NULL,10,5,2,0);
INSERT INTO "milestones" VALUES('R-4','10','REVENUE',1,'Delivered',NULL,NULL,NULL,24000,NULL,NULL,NULL,4,11,1,2);
INSERT INTO "milestones" VALUES('R-4','10','REVENUE',2,'Accepted',NULL,NULL,NULL,NULL,NULL,'2026-03-31',NULL,4,12,1,0);
INSERT INTO "milestones" VALUES('R-5','10','REVENUE',1,'Accepted',NULL,NULL,100000000,NULL,NULL,'2026-03-10',NULL,10,6,2,0);
INSERT INTO "milestones" VALUES('R-5','10','REVENUE',1,'Accepted',NULL,NULL,100000000,NULL,NULL,'2026-01-15',NULL,4,13,1,2);
INSERT INTO "milestones" VALUES('R-6','10','BILLING',1,'Signed','CONTRACT',NULL,50000000,NULL,NULL,NULL,NULL,8,6,1,0);
INSERT INTO "milestones" VALUES('R-6','10','BILLING',2,'Delivered','CONTRACT',NULL,50000000,NULL,NULL,NULL,NULL,8,7,1,0);
INSERT INTO "milestones" VALUES('R-6','10','REVENUE',1,'Delivered','CONTRACT',NULL,25000000,NULL,NULL,'2026-02-15',NULL,10,7,2,0);
INSERT INTO "milestones" VALUES('R-6','10','REVENUE',1,'Delivered','CONTRACT',NULL,25000000,NULL,NULL,NULL,NULL,8,8,1,2);
INSERT INTO "milestones" VALUES('R-6','10','REVENUE',2,'Accepted','CONTRACT',NULL,75000000,NULL,NULL,NULL,NULL,8,9,1,0);
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
CREATE TABLE revenue_events (
	event_id TEXT NOT NULL, 
	revenue_line_id TEXT NOT NULL, 
	line_revision BIGINT NOT NULL, 
	subscription_number TEXT NOT NULL, 
	line_number TEXT NOT NULL, 
	charge_number TEXT NOT NULL, 
	product_code TEXT NOT NULL, 
	method TEXT NOT NULL, 
	what TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	satisfaction_date DATE, 
	accounting_date DATE, 
	percent_millionths BIGINT, 
	currency TEXT NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	allocated_minor BIGINT NOT NULL, 
	business_unit TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	run_number INTEGER NOT NULL, 
	PRIMARY KEY (event_id), 
	FOREIGN KEY(revenue_line_id, line_revision) REFERENCES revenue_lines (revenue_line_id, revision), 
	CONSTRAINT event_id_is_its_key CHECK (event_id = revenue_line_id || ':' || what || CASE WHEN revision = 0 THEN '' ELSE '#' || revision END), 
	FOREIGN KEY(run_number) REFERENCES runs (run_number)
)
 WITHOUT ROWID

;
INSERT INTO "revenue_events" VALUES('R-1:10:R1','R-1:10',0,'R-1','1','10','SOFT','MILESTONE','R1',0,'2026-02-11','2026-02-11',20000000,'USD',200000,1000000,'East','20 % of 10,000.00 on 2026-02-11 = 2,000.00',2);
INSERT INTO "revenue_events" VALUES('R-1:10:R2','R-1:10',0,'R-1','1','10','SOFT','MILESTONE','R2',0,'2026-01-20','2026-01-20',30000000,'USD',300000,1000000,'East','30 % of 10,000.00 on 2026-01-20 = 3,000.00',1);
INSERT INTO "revenue_events" VALUES('R-2:10:RFEE','R-2:10',0,'R-2','1','10','SOFT','POINT_IN_TIME','RFEE',0,'2026-01-05','2026-01-05',100000000,'USD',80000,80000,'East','100 % of 800.00 on 2026-01-05 = 800.00',1);
INSERT INTO "revenue_events" VALUES('R-3:10:R1','R-3:10',0,'R-3','1','10','SOFT','MILESTONE','R1',0,'2026-01-10','2026-01-10',33340000,'USD',182,547,'East','33.34 % of 5.47 on 2026-01-10 = 1.82',1);
INSERT INTO "revenue_events" VALUES('R-3:10:R3','R-3:10',0,'R-3','1','10','SOFT','MILESTONE','R3',0,'2026-02-20','2026-02-20',33330000,'USD',183,547,'East','33.33 % of 5.47 on 2026-02-20 = 1.83, so that all that is complete comes to its percentage',2);
INSERT INTO "revenue_events" VALUES('R-4:10:R1','R-4:10',0,'R-4','1','10','SOFT','MILESTONE','R1',0,'2026-02-10','2026-02-10',60000000,'USD',24000,40000,'East','60 % of 400.00 on 2026-02-10 = 240.00',2);
INSERT INTO "revenue_events" VALUES('R-5:10:R1','R-5:10',0,'R-5','1','10','SOFT','MILESTONE','R1',0,'2026-01-15','2026-01-15',100000000,'USD',10000,10000,'East','100 % of 100.00 on 2026-01-15 = 100.00',1);
INSERT INTO "revenue_events" VALUES('R-5:10:R1#1','R-5:10',0,'R-5','1','10','SOFT','MILESTONE','R1',1,'2026-01-15','2026-02-28',-100000000,'USD',-10000,10000,'East','no longer recognised on 2026-01-15; recognised before 100.00; the difference is -100.00',2);
INSERT INTO "revenue_events" VALUES('R-6:10:R1','R-6:10',0,'R-6','1','10','SOFT','MILESTONE','R1',0,'2026-02-15','2026-02-15',25000000,'USD',15000,60000,'East','25 % of 600.00 on 2026-02-15 = 150.00',2);
CREATE TABLE revenue_lines (
	revenue_line_id TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	subscription_number TEXT NOT NULL, 
	line_number TEXT NOT NULL, 
	charge_number TEXT NOT NULL, 
	product_code TEXT NOT NULL, 
	method TEXT NOT NULL, 
	starts_on DATE, 
	ends_on DATE, 
	currency TEXT NOT NULL, 
	total_minor BIGINT NOT NULL, 
	standalone_selling_price_minor BIGINT, 
	allocated_minor BIGINT NOT NULL, 
	document_date DATE, 
	business_unit TEXT NOT NULL, 
	customer_number TEXT NOT NULL, 
	bill_to_account TEXT NOT NULL, 
	bill_to_site TEXT NOT NULL, 
	purchase_order TEXT NOT NULL, 
	description TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	run_number INTEGER NOT NULL, 
	PRIMARY KEY (revenue_line_id, revision), 
	CONSTRAINT revenue_line_id_is_its_key CHECK (revenue_line_id = subscription_number || ':' || charge_number), 
	FOREIGN KEY(run_number) REFERENCES runs (run_number)
)
 WITHOUT ROWID

;
INSERT INTO "revenue_lines" VALUES('R-1:10',0,'R-1','1','10','SOFT','MILESTONE','2026-01-05','2026-12-31','USD',1000000,NULL,1000000,'2026-01-05','East','0001','000451','1','','Software','the charge''s own total, 10,000.00',1);
INSERT INTO "revenue_lines" VALUES('R-2:10',0,'R-2','1','10','SOFT','POINT_IN_TIME','2026-01-05','2026-12-31','USD',80000,NULL,80000,'2026-01-05','East','0001','000451','1','','Software','the charge''s own total, 800.00',1);
INSERT INTO "revenue_lines" VALUES('R-3:10',0,'R-3','1','10','SOFT','MILESTONE','2026-01-05','2026-12-31','USD',547,NULL,547,'2026-01-05','East','0001','000451','1','','Software','the charge''s own total, 5.47',1);
INSERT INTO "revenue_lines" VALUES('R-4:10',0,'R-4','1','10','SOFT','MILESTONE','2026-01-05','2026-03-31','USD',40000,NULL,40000,'2026-01-05','East','0001','000451','1','','Software','the charge''s own total, 400.00',1);
INSERT INTO "revenue_lines" VALUES('R-5:10',0,'R-5','1','10','SOFT','MILESTONE','2026-01-05','2026-12-31','USD',10000,NULL,10000,'2026-01-05','East','0001','000451','1','','Software','the charge''s own total, 100.00',1);
INSERT INTO "revenue_lines" VALUES('R-6:10',0,'R-6','1','10','SOFT','MILESTONE','2026-01-05','2026-12-31','USD',60000,NULL,60000,'2026-01-05','East','0001','000451','1','','Software','the charge''s own total, 600.00',1);
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
INSERT INTO "runs" VALUES(1,'2026-01-31-1','2026-01-31','run',1,1,'2428293f4c42164d6e9be73c7d241ba2094b7c5ddbf7b482f8b529c084f777d0','{"accounts": {"business_unit": {}, "contract_asset": "Assets:Contract asset", "contract_liability": "Liabilities:Contract liability", "product": {}, "receivable": "Assets:Accounts receivable", "revenue": "Income:Revenue"}, "first_open_day": null, "phase_handover": "on_completion", "receivables": {"batch_source": "Milestone Billing", "conversion_type": "Corporate", "credit_memo_type": "Credit Memo", "flexfield_context": "MILESTONE BILLING", "invoice_type": "Invoice", "ledger_currency": "USD", "payment_terms": "30 Net"}, "straight_line": "by_day", "straight_line_posting": "nightly", "workbook_rows": 10000}','0+checkout','2026-11-22T10:17:38+00:00',1);
INSERT INTO "runs" VALUES(2,'2026-02-28-1','2026-02-28','run',2,2,'236d2bcb7a936adaac9cc421fa0671845ea220889a093eb31244da9a93128ac1','{"accounts": {"business_unit": {}, "contract_asset": "Assets:Contract asset", "contract_liability": "Liabilities:Contract liability", "product": {}, "receivable": "Assets:Accounts receivable", "revenue": "Income:Revenue"}, "first_open_day": null, "phase_handover": "on_completion", "receivables": {"batch_source": "Milestone Billing", "conversion_type": "Corporate", "credit_memo_type": "Credit Memo", "flexfield_context": "MILESTONE BILLING", "invoice_type": "Invoice", "ledger_currency": "USD", "payment_terms": "30 Net"}, "straight_line": "by_day", "straight_line_posting": "nightly", "workbook_rows": 10000}','0+checkout','2026-11-22T10:17:46+00:00',2);
CREATE TABLE schema_migrations (
	position INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	applied_at TEXT NOT NULL, 
	PRIMARY KEY (position), 
	UNIQUE (name)
);
INSERT INTO "schema_migrations" VALUES(0,'contracts, ledger and runs','2026-11-22T10:17:36+00:00');
INSERT INTO "schema_migrations" VALUES(1,'phases','2026-11-22T10:17:36+00:00');
INSERT INTO "schema_migrations" VALUES(2,'revenue','2026-11-22T10:17:36+00:00');
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
INSERT INTO "sources" VALUES(1,1,'charges','charges.csv','','["subscription_number", "charge_number", "line_number", "charge_type", "amount", "billing_timing", "template_code", "milestone_billing", "milestone_revenue"]');
INSERT INTO "sources" VALUES(2,1,'customers','customers.csv','','["customer_number", "customer_name", "bill_to_account", "bill_to_site"]');
INSERT INTO "sources" VALUES(3,1,'lookups','lookups.csv','','["lookup_type", "code"]');
INSERT INTO "sources" VALUES(4,1,'milestones','milestones.csv','','["subscription_number", "charge_number", "event_type", "sequence", "milestone_name", "percent", "amount", "completion_date"]');
INSERT INTO "sources" VALUES(5,1,'products','products.csv','','["product_code", "description", "sales_product_type"]');
INSERT INTO "sources" VALUES(6,1,'subscription_lines','subscription_lines.csv','','["subscription_number", "line_number", "product_code"]');
INSERT INTO "sources" VALUES(7,1,'subscriptions','subscriptions.csv','','["subscription_number", "customer_number", "business_unit", "currency", "start_date", "end_date", "evergreen", "status", "billing_day"]');
INSERT INTO "sources" VALUES(8,1,'template_milestones','template_milestones.csv','','["template_code", "event_type", "sequence", "milestone_name", "milestone_source", "percent"]');
INSERT INTO "sources" VALUES(9,1,'templates','templates.csv','','["template_code", "template_name", "milestone_billing", "milestone_revenue"]');
INSERT INTO "sources" VALUES(10,2,'milestones','milestones.csv','','["subscription_number", "charge_number", "event_type", "sequence", "milestone_name", "completion_date"]');
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
INSERT INTO "subscription_lines" VALUES('R-1','1','SOFT',NULL,NULL,NULL,6,2,1,0);
INSERT INTO "subscription_lines" VALUES('R-2','1','SOFT',NULL,NULL,NULL,6,3,1,0);
INSERT INTO "subscription_lines" VALUES('R-3','1','SOFT',NULL,NULL,NULL,6,4,1,0);
INSERT INTO "subscription_lines" VALUES('R-4','1','SOFT',NULL,NULL,NULL,6,5,1,0);
INSERT INTO "subscription_lines" VALUES('R-5','1','SOFT',NULL,NULL,NULL,6,6,1,0);
INSERT INTO "subscription_lines" VALUES('R-6','1','SOFT',NULL,NULL,NULL,6,7,1,0);
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
INSERT INTO "subscriptions" VALUES('R-1','0001','East','USD','2026-01-05','2026-12-31','N','ACTIVE',NULL,NULL,NULL,7,2,1,0);
INSERT INTO "subscriptions" VALUES('R-2','0001','East','USD','2026-01-05','2026-12-31','N','ACTIVE',NULL,NULL,NULL,7,3,1,0);
INSERT INTO "subscriptions" VALUES('R-3','0001','East','USD','2026-01-05','2026-12-31','N','ACTIVE',NULL,NULL,NULL,7,4,1,0);
INSERT INTO "subscriptions" VALUES('R-4','0001','East','USD','2026-01-05','2026-03-31','N','ACTIVE',NULL,NULL,NULL,7,5,1,0);
INSERT INTO "subscriptions" VALUES('R-5','0001','East','USD','2026-01-05','2026-12-31','N','ACTIVE',NULL,NULL,NULL,7,6,1,0);
INSERT INTO "subscriptions" VALUES('R-6','0001','East','USD','2026-01-05','2026-12-31','N','ACTIVE',NULL,NULL,NULL,7,7,1,0);
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
INSERT INTO "template_milestones" VALUES('BILLED','BILLING',1,'Signed','CONTRACT',50000000,NULL,8,6,1,0);
INSERT INTO "template_milestones" VALUES('BILLED','BILLING',2,'Delivered','CONTRACT',50000000,NULL,8,7,1,0);
INSERT INTO "template_milestones" VALUES('BILLED','REVENUE',1,'Delivered','CONTRACT',25000000,NULL,8,8,1,0);
INSERT INTO "template_milestones" VALUES('BILLED','REVENUE',2,'Accepted','CONTRACT',75000000,NULL,8,9,1,0);
INSERT INTO "template_milestones" VALUES('STAGED','BILLING',1,'Signed','CONTRACT',50000000,NULL,8,2,1,0);
INSERT INTO "template_milestones" VALUES('STAGED','BILLING',2,'Delivered','CONTRACT',50000000,NULL,8,3,1,0);
INSERT INTO "template_milestones" VALUES('STAGED','REVENUE',1,'Delivered','CONTRACT',50000000,NULL,8,4,1,0);
INSERT INTO "template_milestones" VALUES('STAGED','REVENUE',2,'Accepted','CONTRACT',50000000,NULL,8,5,1,0);
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
INSERT INTO "templates" VALUES('BILLED','Billed in halves',NULL,'Y','N',9,3,1,0);
INSERT INTO "templates" VALUES('STAGED','Billed and recognised in halves',NULL,'Y','Y',9,2,1,0);
CREATE INDEX bill_lines_by_run ON bill_lines (run_number);
CREATE INDEX revenue_lines_by_run ON revenue_lines (run_number);
CREATE INDEX revenue_events_by_run ON revenue_events (run_number);
COMMIT;
