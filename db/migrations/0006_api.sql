CREATE TABLE "api_answers" (
	"organization_id" text NOT NULL,
	"token_id" uuid NOT NULL,
	"key" text NOT NULL,
	"digest" text NOT NULL,
	"status" integer,
	"body" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "api_answers_organization_id_token_id_key_pk" PRIMARY KEY("organization_id","token_id","key")
);
--> statement-breakpoint
CREATE TABLE "api_tokens" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"hint" text NOT NULL,
	"scopes" text[] NOT NULL,
	"project_id" uuid,
	"member_id" text NOT NULL,
	"made_by" text NOT NULL,
	"made_at" timestamp (3) with time zone NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"revoked_by" text,
	CONSTRAINT "api_tokens_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "api_tokens_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"organization_id" text NOT NULL,
	"integration_id" uuid NOT NULL,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"silence_minutes" integer NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"saved_by" jsonb NOT NULL,
	"saved_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhooks_organization_id_integration_id_pk" PRIMARY KEY("organization_id","integration_id")
);
--> statement-breakpoint
ALTER TABLE "emails" ALTER COLUMN "request_number" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "builds" ADD COLUMN "commits" jsonb;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "external_id" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "outside" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "accepted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "report_by" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "compare_url" text;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_organization_id_integration_id_integrations_organization_id_id_fk" FOREIGN KEY ("organization_id","integration_id") REFERENCES "public"."integrations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_answers_old" ON "api_answers" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "builds_by_time" ON "builds" USING btree ("organization_id","integration_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_by_external_id" ON "deployments" USING btree ("organization_id","integration_id","environment_id","external_id") WHERE external_id is not null;--> statement-breakpoint
CREATE INDEX "deployments_silent" ON "deployments" USING btree ("report_by") WHERE status = 'in progress' and report_by is not null;