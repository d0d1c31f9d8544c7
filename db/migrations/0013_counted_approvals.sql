ALTER TABLE "requests" ADD COLUMN "fingerprint" text;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "facts_version" bigint;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "counted_version" integer;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "counted_rules" bigint;--> statement-breakpoint
-- R5: whom a token belongs to decides who counts as the requester, and so whose approvals count.
CREATE CONSTRAINT TRIGGER token_members_counted AFTER INSERT ON token_members
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_rule_change();--> statement-breakpoint
-- Builds do not change today. The facts that requests keep would be wrong if a later version changed them.
CREATE CONSTRAINT TRIGGER builds_counted AFTER UPDATE OF external_id, version, digest, commit ON builds
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((OLD.external_id, OLD.version, OLD.digest, OLD.commit) IS DISTINCT FROM (NEW.external_id, NEW.version, NEW.digest, NEW.commit)) EXECUTE FUNCTION count_fact_change();--> statement-breakpoint
-- Keeps the bound facts with the request, so that a decision only computes them after some fact changed. Their version is
-- read first: facts that are newer than it are computed again, older ones would not be.
CREATE FUNCTION bind_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT version, facts_version INTO NEW.counted_rules, NEW.facts_version FROM rule_versions WHERE organization_id = NEW.organization_id;
  NEW.counted_version := NEW.version;
  NEW.facts := bound_facts(NEW.organization_id, NEW.integration_id, NEW.source_id, NEW.target_id, NEW.build_id, NEW.message);
  NEW.fingerprint := fingerprint_of(NEW.facts);
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER requests_bound BEFORE INSERT ON requests FOR EACH ROW EXECUTE FUNCTION bind_request();--> statement-breakpoint
-- For a decision of the previous version, which does not know the facts.
CREATE TRIGGER requests_decided BEFORE UPDATE OF outcome ON requests FOR EACH ROW
WHEN (OLD.outcome IS NULL AND NEW.outcome IS NOT NULL AND NEW.counted_version IS DISTINCT FROM NEW.version) EXECUTE FUNCTION bind_request();--> statement-breakpoint
-- The current reviews of a request in the order they were given, with what decides whether they count (R4). A function,
-- because a statement prepares its subqueries at each run, also those that it does not need.
CREATE FUNCTION given_reviews(_organization text, _number int) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object(
    'reviewerId', given.reviewer_id, 'verdict', given.verdict, 'comment', given.comment, 'fingerprint', given.fingerprint,
    'giver', jsonb_build_object('id', given.reviewer_id, 'status', coalesce(giver.standing, 'stranger'), 'holdings', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('roleId', role_id, 'projectId', project_id)), '[]')
      FROM role_holdings held WHERE held.organization_id = _organization AND held.member_id = given.reviewer_id)))
    ORDER BY given.at, given.id), '[]')
  FROM reviews given
  LEFT JOIN members giver ON giver.organization_id = _organization AND giver.id = given.reviewer_id
  WHERE given.organization_id = _organization AND given.request_number = _number AND given.replaced_at IS NULL
$$;
