CREATE TABLE "directory_runs" (
	"organization_id" text NOT NULL,
	"kind" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"next" text,
	"finished_at" timestamp (3) with time zone,
	"faults" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "directory_runs_organization_id_kind_pk" PRIMARY KEY("organization_id","kind")
);
--> statement-breakpoint
CREATE TABLE "homes" (
	"organization_id" text NOT NULL,
	"member_id" text NOT NULL,
	"place" jsonb NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"drawn_at" timestamp (3) with time zone,
	"hash" text,
	CONSTRAINT "homes_organization_id_member_id_pk" PRIMARY KEY("organization_id","member_id")
);
--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "workspace_role" text;--> statement-breakpoint
ALTER TABLE "roles" ADD COLUMN "group_id" text;--> statement-breakpoint
ALTER TABLE "roles" ADD COLUMN "group_project_ids" uuid[];--> statement-breakpoint
ALTER TABLE "roles" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "directory_runs" ADD CONSTRAINT "directory_runs_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "homes" ADD CONSTRAINT "homes_organization_id_member_id_members_organization_id_id_fk" FOREIGN KEY ("organization_id","member_id") REFERENCES "public"."members"("organization_id","id") ON DELETE no action ON UPDATE no action;