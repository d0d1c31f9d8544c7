CREATE TABLE "token_members" (
	"organization_id" text NOT NULL,
	"token_id" uuid NOT NULL,
	"member_id" text NOT NULL,
	"since" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "token_members_organization_id_token_id_member_id_pk" PRIMARY KEY("organization_id","token_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "rule_versions" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"version" bigint DEFAULT 0 NOT NULL,
	"facts_version" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "ends_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "old_hash" text;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "old_hash_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "offered_to" text;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "offered_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "offered_by" text;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD COLUMN "admin_scopes_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "deployer" text;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "retry_reason" text;--> statement-breakpoint
ALTER TABLE "cards" ADD COLUMN "message_gone_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "identity" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "keyed_by" text DEFAULT 'number' NOT NULL;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "facts" jsonb;--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "fingerprint" text;--> statement-breakpoint
ALTER TABLE "token_members" ADD CONSTRAINT "token_members_organization_id_token_id_api_tokens_organization_id_id_fk" FOREIGN KEY ("organization_id","token_id") REFERENCES "public"."api_tokens"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rule_versions" ADD CONSTRAINT "rule_versions_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_tokens_old_hash" ON "api_tokens" USING btree ("old_hash") WHERE old_hash is not null;--> statement-breakpoint
INSERT INTO rule_versions (organization_id) SELECT id FROM organizations;--> statement-breakpoint
-- The bound facts of a request (R7), and what identifies them. jsonb has one text for the same facts.
CREATE FUNCTION bound_facts(_organization text, _integration uuid, _source uuid, _target uuid, _build uuid, _message text)
RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'build', jsonb_build_object('id', b.id, 'externalId', b.external_id, 'version', b.version, 'digest', b.digest, 'commit', b.commit),
    'project', jsonb_build_object('name', p.name, 'slug', p.slug),
    'integration', jsonb_build_object('name', i.name, 'slug', i.slug, 'deployer', i.deployer),
    'source', jsonb_build_object('id', s.id, 'name', s.name, 'slug', s.slug),
    'target', jsonb_build_object('id', t.id, 'name', t.name, 'slug', t.slug, 'critical', t.critical),
    'message', _message)
  FROM integrations i
  JOIN projects p ON p.organization_id = i.organization_id AND p.id = i.project_id
  JOIN environments s ON s.organization_id = i.organization_id AND s.id = _source
  JOIN environments t ON t.organization_id = i.organization_id AND t.id = _target
  JOIN builds b ON b.organization_id = i.organization_id AND b.id = _build
  WHERE i.organization_id = _organization AND i.id = _integration
$$;--> statement-breakpoint
CREATE FUNCTION fingerprint_of(_facts jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT left(encode(sha256(convert_to(_facts::text, 'UTF8')), 'hex'), 32)
$$;--> statement-breakpoint
CREATE FUNCTION request_fingerprint(_organization text, _number int) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT fingerprint_of(bound_facts(organization_id, integration_id, source_id, target_id, build_id, message))
  FROM requests WHERE organization_id = _organization AND number = _number
$$;--> statement-breakpoint
UPDATE reviews SET fingerprint = request_fingerprint(reviews.organization_id, request_number)
FROM requests r
WHERE r.organization_id = reviews.organization_id AND r.number = request_number AND r.state IN ('pending', 'approved', 'promoting', 'failed');--> statement-breakpoint
UPDATE requests SET facts = bound_facts(organization_id, integration_id, source_id, target_id, build_id, message)
WHERE outcome IS NOT NULL AND state IN ('approved', 'promoting', 'failed');--> statement-breakpoint
CREATE FUNCTION bind_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.fingerprint := request_fingerprint(NEW.organization_id, NEW.request_number);
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER reviews_bound BEFORE INSERT ON reviews FOR EACH ROW WHEN (NEW.fingerprint IS NULL) EXECUTE FUNCTION bind_review();--> statement-breakpoint
-- Counts a change of what decisions are judged by, as the last step of its transaction, and once for each organization.
CREATE FUNCTION count_rule_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  _organization text := CASE WHEN TG_OP = 'DELETE' THEN OLD.organization_id ELSE NEW.organization_id END;
  _mark text := pg_current_xact_id()::text || ' ' || _organization;
BEGIN
  IF current_setting('signoff.rules_counted', true) IS DISTINCT FROM _mark THEN
    INSERT INTO rule_versions (organization_id, version) VALUES (_organization, 1)
    ON CONFLICT (organization_id) DO UPDATE SET version = rule_versions.version + 1;
    PERFORM set_config('signoff.rules_counted', _mark, true);
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
-- Counts a change of bound facts, too, so that a request knows whether the facts that it keeps are right.
CREATE FUNCTION count_fact_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  _mark text := pg_current_xact_id()::text || ' ' || NEW.organization_id;
BEGIN
  IF current_setting('signoff.facts_counted', true) IS DISTINCT FROM _mark THEN
    INSERT INTO rule_versions (organization_id, version, facts_version) VALUES (NEW.organization_id, 1, 1)
    ON CONFLICT (organization_id) DO UPDATE SET version = rule_versions.version + 1, facts_version = rule_versions.facts_version + 1;
    PERFORM set_config('signoff.facts_counted', _mark, true);
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION start_rule_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO rule_versions (organization_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER organizations_rules AFTER INSERT ON organizations FOR EACH ROW EXECUTE FUNCTION start_rule_version();--> statement-breakpoint
CREATE CONSTRAINT TRIGGER role_holdings_counted AFTER INSERT OR UPDATE OR DELETE ON role_holdings
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_rule_change();--> statement-breakpoint
CREATE CONSTRAINT TRIGGER members_counted AFTER UPDATE OF standing ON members
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.standing IS DISTINCT FROM NEW.standing) EXECUTE FUNCTION count_rule_change();--> statement-breakpoint
CREATE CONSTRAINT TRIGGER workflow_versions_counted AFTER INSERT ON workflow_versions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_rule_change();--> statement-breakpoint
CREATE CONSTRAINT TRIGGER projects_counted AFTER UPDATE OF name, slug ON projects
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((OLD.name, OLD.slug) IS DISTINCT FROM (NEW.name, NEW.slug)) EXECUTE FUNCTION count_fact_change();--> statement-breakpoint
CREATE CONSTRAINT TRIGGER environments_counted AFTER UPDATE OF name, slug, critical ON environments
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((OLD.name, OLD.slug, OLD.critical) IS DISTINCT FROM (NEW.name, NEW.slug, NEW.critical)) EXECUTE FUNCTION count_fact_change();--> statement-breakpoint
CREATE CONSTRAINT TRIGGER integrations_counted AFTER UPDATE OF name, slug, deployer ON integrations
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((OLD.name, OLD.slug, OLD.deployer) IS DISTINCT FROM (NEW.name, NEW.slug, NEW.deployer)) EXECUTE FUNCTION count_fact_change();--> statement-breakpoint
UPDATE api_tokens SET admin_scopes_until = now() + interval '14 days' WHERE revoked_at IS NULL AND scopes && ARRAY['catalog:write', 'audit:read'];--> statement-breakpoint
INSERT INTO token_members (organization_id, token_id, member_id, since)
SELECT organization_id, id, member_id, made_at FROM api_tokens
UNION SELECT organization_id, id, made_by, made_at FROM api_tokens;--> statement-breakpoint
CREATE FUNCTION keep_token_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO token_members (organization_id, token_id, member_id)
  VALUES (NEW.organization_id, NEW.id, NEW.member_id), (NEW.organization_id, NEW.id, NEW.made_by) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER api_tokens_members AFTER INSERT OR UPDATE OF member_id ON api_tokens FOR EACH ROW EXECUTE FUNCTION keep_token_members();
