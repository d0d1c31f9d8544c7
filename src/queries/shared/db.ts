/** What queries read from, for layers that may not import db/. */
export type { Db } from "../../../db/connection/connect.ts";
