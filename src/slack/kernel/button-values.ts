import { z } from "zod";
import { textCodec, valueCodec } from "./codec.ts";

/** The number of a request, in the value of a button. */
export const requestNumber = valueCodec(z.int32().positive());

/** A page of a list, from 0, in the value of a button. */
export const pageNumber = valueCodec(z.int32().nonnegative());

/** The id of a project, a role, an integration, or an environment, as the whole value of a button or an option. */
export const idValue = textCodec(z.guid(), { format: (id) => id, parse: (text) => text });
