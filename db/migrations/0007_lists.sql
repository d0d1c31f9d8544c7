CREATE INDEX "audit_log_by_time" ON "audit_log" USING btree ("organization_id","at","id");--> statement-breakpoint
CREATE INDEX "requests_of_project" ON "requests" USING btree ("organization_id","project_id","number");--> statement-breakpoint
CREATE INDEX "requests_of_integration" ON "requests" USING btree ("organization_id","integration_id","number");