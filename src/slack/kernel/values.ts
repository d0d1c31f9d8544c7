import { z } from "zod";
import { valueCodec } from "./codec.ts";

/** The number of a request, in the value of a button. */
export const requestNumber = valueCodec(z.int32().positive());

/** A page of a list, from 0, in the value of a button. */
export const pageNumber = valueCodec(z.int32().nonnegative());
