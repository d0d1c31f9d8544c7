import { text, timestamp, uuid } from "drizzle-orm/pg-core";

/** Every table has it, and every key starts with it, so that rows of two organizations cannot mix. */
export const organizationId = () => text().notNull();

/** A time with millisecond precision, so that a JavaScript date can serve as a cursor. */
export const moment = () => timestamp({ withTimezone: true, precision: 3 });

export const id = () => uuid().notNull();
