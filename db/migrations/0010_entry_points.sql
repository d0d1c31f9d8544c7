CREATE TABLE "change_digests" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"through_id" bigint NOT NULL,
	"sent_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "former_slugs" (
	"organization_id" text NOT NULL,
	"owner" text NOT NULL,
	"project_id" uuid,
	"slug" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"renamed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "former_slugs_once" UNIQUE NULLS NOT DISTINCT("organization_id","owner","project_id","slug")
);
--> statement-breakpoint
CREATE TABLE "seed_values" (
	"organization_id" text NOT NULL,
	"setting" text NOT NULL,
	"value" jsonb NOT NULL,
	"loaded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "seed_values_organization_id_setting_pk" PRIMARY KEY("organization_id","setting")
);
--> statement-breakpoint
ALTER TABLE "change_digests" ADD CONSTRAINT "change_digests_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "former_slugs" ADD CONSTRAINT "former_slugs_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "seed_values" ADD CONSTRAINT "seed_values_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;