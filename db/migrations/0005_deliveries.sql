CREATE TABLE "job_slots" (
	"organization_id" text NOT NULL,
	"job" text NOT NULL,
	"slot" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "job_slots_organization_id_job_pk" PRIMARY KEY("organization_id","job")
);
--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "priority" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "request_number" integer;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "recipient_id" text;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "drawn_digest" text;--> statement-breakpoint
ALTER TABLE "warnings" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "job_slots" ADD CONSTRAINT "job_slots_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "outbox_claim" ON "outbox" USING btree ("priority","available_at") WHERE settled_at is null;--> statement-breakpoint
CREATE INDEX "outbox_of_request" ON "outbox" USING btree ("organization_id","request_number") WHERE request_number is not null;