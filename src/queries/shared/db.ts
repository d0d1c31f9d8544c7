/** What a query reads from. Who may not know db/ takes it from here. */
export type { Db } from "../../../db/connection/connect.ts";
