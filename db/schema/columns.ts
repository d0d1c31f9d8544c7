import { text, timestamp, uuid } from "drizzle-orm/pg-core";

/** The organization comes first on every row and in every key: rows of two organizations cannot meet. */
export const organizationId = () => text().notNull();

/** A moment, kept to the millisecond so that it can be a cursor. */
export const moment = () => timestamp({ withTimezone: true, precision: 3 });

export const id = () => uuid().notNull();
