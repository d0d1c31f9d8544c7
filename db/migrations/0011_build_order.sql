ALTER TABLE "builds" ADD COLUMN "registered_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "builds_by_version" ON "builds" USING btree ("organization_id","integration_id",regexp_replace("version", '^[vV](?=[0-9])', ''));--> statement-breakpoint
CREATE INDEX "builds_by_commit" ON "builds" USING btree ("organization_id","integration_id",left(lower("commit"), 7));--> statement-breakpoint
CREATE INDEX "deployments_by_start" ON "deployments" USING btree ("organization_id","integration_id","environment_id","started_at","sequence");--> statement-breakpoint
CREATE INDEX "deployments_outside" ON "deployments" USING btree ("organization_id","build_id") WHERE outside;