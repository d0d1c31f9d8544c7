CREATE TABLE "builds" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"integration_id" uuid NOT NULL,
	"external_id" text NOT NULL,
	"version" text NOT NULL,
	"digest" text,
	"commit" text,
	"link" text,
	"author" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "builds_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "builds_organizationId_integrationId_externalId_unique" UNIQUE("organization_id","integration_id","external_id")
);
--> statement-breakpoint
CREATE TABLE "deployments" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "deployments_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"integration_id" uuid NOT NULL,
	"environment_id" uuid NOT NULL,
	"build_id" uuid NOT NULL,
	"request_number" integer,
	"status" text NOT NULL,
	"reason" text,
	"link" text,
	"started_by" jsonb NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "deployments_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "environments" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"position" integer NOT NULL,
	"critical" boolean DEFAULT false NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "environments_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "environments_organizationId_projectId_slug_unique" UNIQUE("organization_id","project_id","slug")
);
--> statement-breakpoint
CREATE TABLE "integrations" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"deployer" text DEFAULT 'record' NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "integrations_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "integrations_organizationId_projectId_slug_unique" UNIQUE("organization_id","project_id","slug")
);
--> statement-breakpoint
CREATE TABLE "live_builds" (
	"organization_id" text NOT NULL,
	"integration_id" uuid NOT NULL,
	"environment_id" uuid NOT NULL,
	"build_id" uuid NOT NULL,
	"deployment_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "live_builds_organization_id_integration_id_environment_id_pk" PRIMARY KEY("organization_id","integration_id","environment_id")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "projects_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "projects_organizationId_slug_unique" UNIQUE("organization_id","slug")
);
--> statement-breakpoint
CREATE TABLE "requester_roles" (
	"organization_id" text NOT NULL,
	"project_id" uuid NOT NULL,
	"role_id" uuid NOT NULL,
	CONSTRAINT "requester_roles_organization_id_project_id_role_id_pk" PRIMARY KEY("organization_id","project_id","role_id")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"organization_id" text NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"payload" jsonb NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"available_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"leased_until" timestamp (3) with time zone,
	"in_doubt" boolean DEFAULT false NOT NULL,
	"settled_at" timestamp (3) with time zone,
	"outcome" text,
	"reason" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "outbox_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "outbox_organizationId_key_unique" UNIQUE("organization_id","key")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"organization_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"time_zone" text NOT NULL,
	"standing" text NOT NULL,
	"refreshed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "members_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "request_counters" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "role_holdings" (
	"organization_id" text NOT NULL,
	"role_id" uuid NOT NULL,
	"member_id" text NOT NULL,
	"project_id" uuid,
	CONSTRAINT "role_holdings_once" UNIQUE NULLS NOT DISTINCT("organization_id","member_id","role_id","project_id"),
	CONSTRAINT "role_holdings_by_role" UNIQUE NULLS NOT DISTINCT("organization_id","role_id","member_id","project_id")
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"admin" boolean DEFAULT false NOT NULL,
	CONSTRAINT "roles_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "roles_organizationId_name_unique" UNIQUE("organization_id","name")
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"organization_id" text NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone NOT NULL,
	"actor" jsonb NOT NULL,
	"surface" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	CONSTRAINT "audit_log_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "cards" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"request_number" integer NOT NULL,
	"recipient_id" text NOT NULL,
	"kind" text NOT NULL,
	"channel" text,
	"ts" text,
	"drawn_version" integer,
	"lost_reason" text,
	CONSTRAINT "cards_organization_id_id_pk" PRIMARY KEY("organization_id","id"),
	CONSTRAINT "cards_organizationId_requestNumber_recipientId_kind_unique" UNIQUE("organization_id","request_number","recipient_id","kind")
);
--> statement-breakpoint
CREATE TABLE "emails" (
	"organization_id" text NOT NULL,
	"key" text NOT NULL,
	"request_number" integer NOT NULL,
	"recipient_id" text NOT NULL,
	"content" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "emails_organization_id_key_pk" PRIMARY KEY("organization_id","key")
);
--> statement-breakpoint
CREATE TABLE "requests" (
	"organization_id" text NOT NULL,
	"number" integer NOT NULL,
	"version" integer NOT NULL,
	"project_id" uuid NOT NULL,
	"integration_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"target_id" uuid NOT NULL,
	"build_id" uuid NOT NULL,
	"target_build_id" uuid,
	"requested_by" jsonb NOT NULL,
	"requester_id" text NOT NULL,
	"message" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"approvals" integer NOT NULL,
	"outcome" text,
	"decided_at" timestamp (3) with time zone,
	"decided_by" jsonb,
	"state" text NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"closed_at" timestamp (3) with time zone,
	"closed_by" jsonb,
	"replaced_by" integer,
	"deployment_id" uuid,
	"attempt_outcome" text,
	"reason" text,
	CONSTRAINT "requests_organization_id_number_pk" PRIMARY KEY("organization_id","number")
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"organization_id" text NOT NULL,
	"id" uuid NOT NULL,
	"request_number" integer NOT NULL,
	"reviewer_id" text NOT NULL,
	"verdict" text NOT NULL,
	"comment" text NOT NULL,
	"workflow_version" integer NOT NULL,
	"surface" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"replaced_at" timestamp (3) with time zone,
	CONSTRAINT "reviews_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "workflow_versions" (
	"organization_id" text NOT NULL,
	"version" integer NOT NULL,
	"enabled" boolean NOT NULL,
	"role_ids" uuid[] NOT NULL,
	"assignee_ids" text[] NOT NULL,
	"options" jsonb NOT NULL,
	"saved_by" jsonb NOT NULL,
	"saved_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "workflow_versions_organization_id_version_pk" PRIMARY KEY("organization_id","version")
);
--> statement-breakpoint
ALTER TABLE "builds" ADD CONSTRAINT "builds_organization_id_integration_id_integrations_organization_id_id_fk" FOREIGN KEY ("organization_id","integration_id") REFERENCES "public"."integrations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_organization_id_build_id_builds_organization_id_id_fk" FOREIGN KEY ("organization_id","build_id") REFERENCES "public"."builds"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_organization_id_environment_id_environments_organization_id_id_fk" FOREIGN KEY ("organization_id","environment_id") REFERENCES "public"."environments"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "environments" ADD CONSTRAINT "environments_organization_id_project_id_projects_organization_id_id_fk" FOREIGN KEY ("organization_id","project_id") REFERENCES "public"."projects"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "integrations" ADD CONSTRAINT "integrations_organization_id_project_id_projects_organization_id_id_fk" FOREIGN KEY ("organization_id","project_id") REFERENCES "public"."projects"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "live_builds" ADD CONSTRAINT "live_builds_organization_id_deployment_id_deployments_organization_id_id_fk" FOREIGN KEY ("organization_id","deployment_id") REFERENCES "public"."deployments"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "live_builds" ADD CONSTRAINT "live_builds_organization_id_build_id_builds_organization_id_id_fk" FOREIGN KEY ("organization_id","build_id") REFERENCES "public"."builds"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requester_roles" ADD CONSTRAINT "requester_roles_organization_id_project_id_projects_organization_id_id_fk" FOREIGN KEY ("organization_id","project_id") REFERENCES "public"."projects"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requester_roles" ADD CONSTRAINT "requester_roles_organization_id_role_id_roles_organization_id_id_fk" FOREIGN KEY ("organization_id","role_id") REFERENCES "public"."roles"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_counters" ADD CONSTRAINT "request_counters_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_holdings" ADD CONSTRAINT "role_holdings_organization_id_role_id_roles_organization_id_id_fk" FOREIGN KEY ("organization_id","role_id") REFERENCES "public"."roles"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_holdings" ADD CONSTRAINT "role_holdings_organization_id_member_id_members_organization_id_id_fk" FOREIGN KEY ("organization_id","member_id") REFERENCES "public"."members"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cards" ADD CONSTRAINT "cards_organization_id_request_number_requests_organization_id_number_fk" FOREIGN KEY ("organization_id","request_number") REFERENCES "public"."requests"("organization_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requests" ADD CONSTRAINT "requests_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requests" ADD CONSTRAINT "requests_organization_id_integration_id_integrations_organization_id_id_fk" FOREIGN KEY ("organization_id","integration_id") REFERENCES "public"."integrations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requests" ADD CONSTRAINT "requests_organization_id_source_id_environments_organization_id_id_fk" FOREIGN KEY ("organization_id","source_id") REFERENCES "public"."environments"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requests" ADD CONSTRAINT "requests_organization_id_target_id_environments_organization_id_id_fk" FOREIGN KEY ("organization_id","target_id") REFERENCES "public"."environments"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "requests" ADD CONSTRAINT "requests_organization_id_build_id_builds_organization_id_id_fk" FOREIGN KEY ("organization_id","build_id") REFERENCES "public"."builds"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_organization_id_request_number_requests_organization_id_number_fk" FOREIGN KEY ("organization_id","request_number") REFERENCES "public"."requests"("organization_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workflow_versions" ADD CONSTRAINT "workflow_versions_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deployments_in_progress" ON "deployments" USING btree ("organization_id","integration_id","environment_id") WHERE status = 'in progress';--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_by_sequence" ON "deployments" USING btree ("sequence");--> statement-breakpoint
CREATE INDEX "integrations_by_slug" ON "integrations" USING btree ("organization_id","slug");--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox" USING btree ("available_at") WHERE settled_at is null;--> statement-breakpoint
CREATE INDEX "audit_log_by_subject" ON "audit_log" USING btree ("organization_id","subject","id");--> statement-breakpoint
CREATE UNIQUE INDEX "requests_one_open" ON "requests" USING btree ("organization_id","integration_id","target_id") WHERE state in ('pending', 'approved', 'promoting', 'failed');--> statement-breakpoint
CREATE INDEX "requests_expiring" ON "requests" USING btree ("expires_at") WHERE expires_at is not null and state in ('pending', 'approved', 'failed');--> statement-breakpoint
CREATE UNIQUE INDEX "reviews_one_each" ON "reviews" USING btree ("organization_id","request_number","reviewer_id") WHERE replaced_at is null;