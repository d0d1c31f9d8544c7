ALTER TABLE "requests" ADD COLUMN "counted_version" integer;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "counted_rules" bigint;--> statement-breakpoint
-- R5: whom a token belongs to decides who counts as the requester, and so whose approvals count.
CREATE CONSTRAINT TRIGGER token_members_counted AFTER INSERT ON token_members
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_rule_change();
