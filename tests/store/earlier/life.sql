BEGIN TRANSACTION;
CREATE TABLE actions (
	subscription_number TEXT NOT NULL, 
	line_number TEXT, 
	action TEXT NOT NULL, 
	effective_date DATE NOT NULL, 
	charge_number TEXT, 
	sequence INTEGER, 
	new_subscription_number TEXT, 
	new_line_number TEXT, 
	reason TEXT, 
	concerns TEXT NOT NULL, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (subscription_number, action, effective_date, concerns, replaced_by)
)
 WITHOUT ROWID

;
CREATE TABLE adjustments (
	bill_line_id TEXT NOT NULL, 
	adjusted_amount_minor BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	subscription_number TEXT, 
	charge_number TEXT, 
	what TEXT, 
	source INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	import_number INTEGER NOT NULL, 
	replaced_by INTEGER NOT NULL, 
	PRIMARY KEY (bill_line_id, replaced_by)
)
 WITHOUT ROWID

;
INSERT INTO "adjustments" VALUES('J-1:10:M1',25000,'Goodwill','J-1','10','M1',1,2,1,0);
INSERT INTO "adjustments" VALUES('J-2:10:FEE',0,'Waived','J-2','10','FEE',9,2,2,0);
INSERT INTO "adjustments" VALUES('J-3:10:2026-01-01',30000,'A day of failure','J-3','10','2026-01-01',9,3,2,0);
CREATE TABLE answers (
	answer_number INTEGER NOT NULL, 
	bill_line_id TEXT NOT NULL, 
	of_run INTEGER NOT NULL, 
	answer TEXT NOT NULL, 
	transaction_number TEXT, 
	transaction_date DATE, 
	message TEXT, 
	file TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	"row" INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	accepted_at TEXT NOT NULL, 
	after_run INTEGER NOT NULL, 
	PRIMARY KEY (answer_number), 
	CONSTRAINT answer_is_known CHECK (answer IN ('INVOICED', 'REJECTED')), 
	CONSTRAINT invoiced_has_a_number CHECK (answer <> 'INVOICED' OR transaction_number IS NOT NULL), 
	FOREIGN KEY(bill_line_id) REFERENCES bill_lines (bill_line_id), 
	FOREIGN KEY(of_run) REFERENCES runs (run_number)
);
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
	adjustment_minor BIGINT NOT NULL, 
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
INSERT INTO "bill_lines" VALUES('J-1:10:M1',NULL,'J-1','1','10','MILESTONE','M1',0,'',NULL,NULL,'2026-01-15','2026-01-15','USD',25000,-5000,'0001','West','30 % of 1,000.00 = 300.00, adjusted to 250.00: Goodwill','Software - Signed','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('J-1:10:M2',NULL,'J-1','1','10','MILESTONE','M2',0,'',NULL,NULL,'2026-02-10','2026-02-10','USD',70000,0,'0001','West','70 % of 1,000.00 = 700.00','Software - Accepted','000451','1','','','',2);
INSERT INTO "bill_lines" VALUES('J-2:10:FEE',NULL,'J-2','1','10','ONE_TIME','FEE',0,'','2026-01-01','2026-12-31','2026-01-01','2026-01-01','USD',50000,0,'0001','West','one-time charge of 500.00 at its start on 2026-01-01','Software','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('J-2:10:FEE#1','J-2:10:FEE','J-2','1','10','ADJUSTMENT','FEE',1,'','2026-01-01','2026-12-31','2026-02-28','2026-02-28','USD',-50000,-50000,'0001','West','now due: one-time charge of 500.00 at its start on 2026-01-01, adjusted to 0.00: Waived; billed before 500.00; the difference is -500.00','Credit: Software','000451','1','','','',2);
INSERT INTO "bill_lines" VALUES('J-3:10:2026-01-01',NULL,'J-3','1','10','RECURRING','2026-01-01',0,'','2026-01-01','2026-01-31','2026-01-01','2026-01-01','USD',31000,0,'0001','West','310.00 for a whole period of 31 days','Software (2026-01-01 to 2026-01-31)','000451','1','','','',1);
INSERT INTO "bill_lines" VALUES('J-3:10:2026-01-01#1','J-3:10:2026-01-01','J-3','1','10','ADJUSTMENT','2026-01-01',1,'','2026-01-01','2026-01-31','2026-02-28','2026-02-28','USD',-1000,-1000,'0001','West','now due: 310.00 for a whole period of 31 days, adjusted to 300.00: A day of failure; billed before 310.00; the difference is -10.00','Credit: Software','000451','1','','','',2);
INSERT INTO "bill_lines" VALUES('J-3:10:2026-02-01',NULL,'J-3','1','10','RECURRING','2026-02-01',0,'','2026-02-01','2026-02-28','2026-02-01','2026-02-01','USD',31000,0,'0001','West','310.00 for a whole period of 28 days','Software (2026-02-01 to 2026-02-28)','000451','1','','','',2);
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
INSERT INTO "charges" VALUES('J-1','10','1','ONE_TIME',100000,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,NULL,'Y','Y',NULL,NULL,NULL,NULL,NULL,NULL,2,2,1,0);
INSERT INTO "charges" VALUES('J-2','10','1','ONE_TIME',50000,NULL,NULL,'IN_ADVANCE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,3,1,0);
INSERT INTO "charges" VALUES('J-3','10','1','RECURRING',31000,NULL,'MONTHLY','IN_ADVANCE',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,4,1,0);
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
INSERT INTO "customers" VALUES('0001','Alder & Sons','000451','1',3,2,1,0);
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
INSERT INTO "imports" VALUES(1,'run','2026-11-22T10:17:54+00:00','[{"file": "adjustments.csv", "sha256": "5537909e83c80fe8f4ee42ddaf5bc801a222456cf29b3d85a581cfe14095112a", "rows_read": 1, "rows_accepted": 1, "rows_refused": 0}, {"file": "charges.csv", "sha256": "7541ef68ec14d8986108b81d649172d96fea32bd4009379bb67f35e92c1bd69e", "rows_read": 3, "rows_accepted": 3, "rows_refused": 0}, {"file": "customers.csv", "sha256": "8c71ab33d4de8b0dfa5e7c1885dc250514ada77883afab323a50461013449eca", "rows_read": 1, "rows_accepted": 1, "rows_refused": 0}, {"file": "lookups.csv", "sha256": "0ffb9c576e92d35a61ace8e8dda137a2127e1251df65ea23ddf109c89aa9d192", "rows_read": 4, "rows_accepted": 4, "rows_refused": 0}, {"file": "milestones.csv", "sha256": "36e6f6388fb09feef292d1dcea3673633e3b0482aff3ce61bb45a71efd9455f6", "rows_read": 4, "rows_accepted": 4, "rows_refused": 0}, {"file": "products.csv", "sha256": "a91d95bb6c444904e8910553c0448e143b165c186bdb828733ac7106554631c7", "rows_read": 1, "rows_accepted": 1, "rows_refused": 0}, {"file": "subscription_lines.csv", "sha256": "cce6e645377ddb7d5afb3d8b5d7c8aec28081521a492dcab63536dba8a0a39e2", "rows_read": 3, "rows_accepted": 3, "rows_refused": 0}, {"file": "subscriptions.csv", "sha256": "e491da79a2777e63c0e941f32f62e74734c4744fd5bb4e6917845d88b1d8f37a", "rows_read": 3, "rows_accepted": 3, "rows_refused": 0}]');
INSERT INTO "imports" VALUES(2,'run','2026-11-22T10:18:04+00:00','[{"file": "adjustments.csv", "sha256": "4e7bd9e3d228bab5265f352366a26750d75f7b7e0d42cb750c6b4ae1f7a0af6f", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}, {"file": "milestones.csv", "sha256": "154c15baea88d7b5d9fea8028c3ec57e56d027482e9e1d272c71acf2c217bee9", "rows_read": 2, "rows_accepted": 2, "rows_refused": 0}]');
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
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Accepted',NULL,'Y',4,4,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Delivered',NULL,'Y',4,3,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_NAME','Signed',NULL,'Y',4,2,1,0);
INSERT INTO "lookups" VALUES('MILESTONE_SOURCE','CONTRACT',NULL,'Y',4,5,1,0);
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
INSERT INTO "milestones" VALUES('J-1','10','BILLING',1,'Signed',NULL,NULL,30000000,NULL,NULL,'2026-01-15',NULL,5,2,1,0);
INSERT INTO "milestones" VALUES('J-1','10','BILLING',2,'Accepted',NULL,NULL,70000000,NULL,NULL,'2026-02-10',NULL,10,2,2,0);
INSERT INTO "milestones" VALUES('J-1','10','BILLING',2,'Accepted',NULL,NULL,70000000,NULL,NULL,NULL,NULL,5,3,1,2);
INSERT INTO "milestones" VALUES('J-1','10','REVENUE',1,'Signed',NULL,NULL,30000000,NULL,NULL,'2026-01-15',NULL,5,4,1,0);
INSERT INTO "milestones" VALUES('J-1','10','REVENUE',2,'Accepted',NULL,NULL,70000000,NULL,NULL,'2026-02-10',NULL,10,3,2,0);
INSERT INTO "milestones" VALUES('J-1','10','REVENUE',2,'Accepted',NULL,NULL,70000000,NULL,NULL,NULL,NULL,5,5,1,2);
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
CREATE TABLE resent_lines (
	run_number INTEGER NOT NULL, 
	bill_line_id TEXT NOT NULL, 
	PRIMARY KEY (run_number, bill_line_id), 
	FOREIGN KEY(run_number) REFERENCES runs (run_number), 
	FOREIGN KEY(bill_line_id) REFERENCES bill_lines (bill_line_id)
)
 WITHOUT ROWID

;
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
INSERT INTO "revenue_events" VALUES('J-1:10:R1','J-1:10',0,'J-1','1','10','SOFT','MILESTONE','R1',0,'2026-01-15','2026-01-15',30000000,'USD',28500,95000,'West','30 % of 950.00 on 2026-01-15 = 285.00',1);
INSERT INTO "revenue_events" VALUES('J-1:10:R2','J-1:10',0,'J-1','1','10','SOFT','MILESTONE','R2',0,'2026-02-10','2026-02-10',70000000,'USD',66500,95000,'West','70 % of 950.00 on 2026-02-10 = 665.00',2);
INSERT INTO "revenue_events" VALUES('J-2:10:RFEE','J-2:10',0,'J-2','1','10','SOFT','POINT_IN_TIME','RFEE',0,'2026-01-01','2026-01-01',100000000,'USD',50000,50000,'West','100 % of 500.00 on 2026-01-01 = 500.00',1);
INSERT INTO "revenue_events" VALUES('J-2:10:RFEE#1','J-2:10',1,'J-2','1','10','SOFT','POINT_IN_TIME','RFEE',1,'2026-01-01','2026-02-28',-100000000,'USD',-50000,0,'West','no longer recognised on 2026-01-01; recognised before 500.00; the difference is -500.00',2);
INSERT INTO "revenue_events" VALUES('J-3:10:R2026-01','J-3:10',0,'J-3','1','10','SOFT','STRAIGHT_LINE','R2026-01',0,'2026-01-31','2026-01-31',NULL,'USD',31000,372000,'West','2026-01-01 to 2026-01-31: 310.00 of 3,720.00 is earned by then, less 0.00 before = 310.00',1);
INSERT INTO "revenue_events" VALUES('J-3:10:R2026-02','J-3:10',1,'J-3','1','10','SOFT','STRAIGHT_LINE','R2026-02',0,'2026-02-28','2026-02-28',NULL,'USD',30916,371000,'West','2026-02-01 to 2026-02-28: 618.33 of 3,710.00 is earned by then, less 309.17 before = 309.16',2);
INSERT INTO "revenue_events" VALUES('J-3:10:RC2026-02-28','J-3:10',1,'J-3','1','10','SOFT','STRAIGHT_LINE','RC2026-02-28',0,'2026-02-28','2026-02-28',NULL,'USD',-83,371000,'West','the days recognised so far now come to 309.17 of 3,710.00; recognised before 310.00; the difference is -0.83',2);
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
INSERT INTO "revenue_lines" VALUES('J-1:10',0,'J-1','1','10','SOFT','MILESTONE','2026-01-01','2026-12-31','USD',95000,NULL,95000,'2026-01-01','West','0001','000451','1','','Software','the charge''s own total, 950.00',1);
INSERT INTO "revenue_lines" VALUES('J-2:10',0,'J-2','1','10','SOFT','POINT_IN_TIME','2026-01-01','2026-12-31','USD',50000,NULL,50000,'2026-01-01','West','0001','000451','1','','Software','the charge''s own total, 500.00',1);
INSERT INTO "revenue_lines" VALUES('J-2:10',1,'J-2','1','10','SOFT','POINT_IN_TIME','2026-01-01','2026-12-31','USD',0,NULL,0,'2026-01-01','West','0001','000451','1','','Software','the charge''s own total, 0.00',2);
INSERT INTO "revenue_lines" VALUES('J-3:10',0,'J-3','1','10','SOFT','STRAIGHT_LINE','2026-01-01','2026-12-31','USD',372000,NULL,372000,'2026-01-01','West','0001','000451','1','','Software','the charge''s own total, 3,720.00',1);
INSERT INTO "revenue_lines" VALUES('J-3:10',1,'J-3','1','10','SOFT','STRAIGHT_LINE','2026-01-01','2026-12-31','USD',371000,NULL,371000,'2026-01-01','West','0001','000451','1','','Software','the charge''s own total, 3,710.00',2);
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
INSERT INTO "runs" VALUES(1,'2026-01-31-1','2026-01-31','run',1,1,'90b97cdb52b1e7a161eae5a5539ef020b6ab03396539ded8eda88bca1bc1b2ad','{"accounts": {"business_unit": {}, "contract_asset": "Assets:Contract asset", "contract_liability": "Liabilities:Contract liability", "product": {}, "receivable": "Assets:Accounts receivable", "revenue": "Income:Revenue"}, "first_open_day": null, "let_through": "", "phase_handover": "on_completion", "plausibility": {"most_billed": 1000000000000, "most_credits": 100000000000, "most_lines_per_contract": 1000, "most_times_largest_night": 1000}, "receivables": {"batch_source": "Milestone Billing", "conversion_type": "Corporate", "credit_memo_type": "Credit Memo", "flexfield_context": "MILESTONE BILLING", "invoice_type": "Invoice", "ledger_currency": "USD", "payment_terms": "30 Net"}, "straight_line": "by_day", "straight_line_posting": "nightly", "target": {}, "target_files": {}, "targets": ["oracle-autoinvoice", "oracle-revenue"], "workbook_rows": 10000}','0+checkout','2026-11-22T10:17:54+00:00',1);
INSERT INTO "runs" VALUES(2,'2026-02-28-1','2026-02-28','run',2,2,'afd0f33b8c99cbda4d55a8307da2f3e016196f3ec3434a9607e643d1a2292e26','{"accounts": {"business_unit": {}, "contract_asset": "Assets:Contract asset", "contract_liability": "Liabilities:Contract liability", "product": {}, "receivable": "Assets:Accounts receivable", "revenue": "Income:Revenue"}, "first_open_day": null, "let_through": "", "phase_handover": "on_completion", "plausibility": {"most_billed": 1000000000000, "most_credits": 100000000000, "most_lines_per_contract": 1000, "most_times_largest_night": 1000}, "receivables": {"batch_source": "Milestone Billing", "conversion_type": "Corporate", "credit_memo_type": "Credit Memo", "flexfield_context": "MILESTONE BILLING", "invoice_type": "Invoice", "ledger_currency": "USD", "payment_terms": "30 Net"}, "straight_line": "by_day", "straight_line_posting": "nightly", "target": {}, "target_files": {}, "targets": ["oracle-autoinvoice", "oracle-revenue"], "workbook_rows": 10000}','0+checkout','2026-11-22T10:18:04+00:00',2);
CREATE TABLE schema_migrations (
	position INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	applied_at TEXT NOT NULL, 
	PRIMARY KEY (position), 
	UNIQUE (name)
);
INSERT INTO "schema_migrations" VALUES(0,'contracts, ledger and runs','2026-11-22T10:17:53+00:00');
INSERT INTO "schema_migrations" VALUES(1,'phases','2026-11-22T10:17:53+00:00');
INSERT INTO "schema_migrations" VALUES(2,'revenue','2026-11-22T10:17:53+00:00');
INSERT INTO "schema_migrations" VALUES(3,'actions, adjustments and answers','2026-11-22T10:17:53+00:00');
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
INSERT INTO "sources" VALUES(1,1,'adjustments','adjustments.csv','','["bill_line_id", "adjusted_amount", "reason"]');
INSERT INTO "sources" VALUES(2,1,'charges','charges.csv','','["subscription_number", "charge_number", "line_number", "charge_type", "amount", "billing_frequency", "milestone_billing", "milestone_revenue"]');
INSERT INTO "sources" VALUES(3,1,'customers','customers.csv','','["customer_number", "customer_name", "bill_to_account", "bill_to_site"]');
INSERT INTO "sources" VALUES(4,1,'lookups','lookups.csv','','["lookup_type", "code"]');
INSERT INTO "sources" VALUES(5,1,'milestones','milestones.csv','','["subscription_number", "charge_number", "event_type", "sequence", "milestone_name", "percent", "completion_date"]');
INSERT INTO "sources" VALUES(6,1,'products','products.csv','','["product_code", "description", "sales_product_type"]');
INSERT INTO "sources" VALUES(7,1,'subscription_lines','subscription_lines.csv','','["subscription_number", "line_number", "product_code"]');
INSERT INTO "sources" VALUES(8,1,'subscriptions','subscriptions.csv','','["subscription_number", "customer_number", "business_unit", "currency", "start_date", "end_date", "status"]');
INSERT INTO "sources" VALUES(9,2,'adjustments','adjustments.csv','','["bill_line_id", "adjusted_amount", "reason"]');
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
INSERT INTO "subscription_lines" VALUES('J-1','1','SOFT',NULL,NULL,NULL,7,2,1,0);
INSERT INTO "subscription_lines" VALUES('J-2','1','SOFT',NULL,NULL,NULL,7,3,1,0);
INSERT INTO "subscription_lines" VALUES('J-3','1','SOFT',NULL,NULL,NULL,7,4,1,0);
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
INSERT INTO "subscriptions" VALUES('J-1','0001','West','USD','2026-01-01','2026-12-31','N','ACTIVE',NULL,NULL,NULL,8,2,1,0);
INSERT INTO "subscriptions" VALUES('J-2','0001','West','USD','2026-01-01','2026-12-31','N','ACTIVE',NULL,NULL,NULL,8,3,1,0);
INSERT INTO "subscriptions" VALUES('J-3','0001','West','USD','2026-01-01','2026-12-31','N','ACTIVE',NULL,NULL,NULL,8,4,1,0);
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
CREATE INDEX revenue_lines_by_run ON revenue_lines (run_number);
CREATE INDEX revenue_events_by_run ON revenue_events (run_number);
CREATE INDEX answers_by_line ON answers (bill_line_id);
COMMIT;
