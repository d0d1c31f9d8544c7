import type { Loading } from "./loading.ts";

/** Returns a flag in words. */
export const showFlag = (value: boolean): string => (value ? "yes" : "no");

/** Returns a text as it is. */
export const showText = (value: string): string => value;

/** Returns a function that puts ids into words by their names. @param none the words for an empty list */
export const showNames =
  ({ names }: Loading, none: string) =>
  (ids: readonly string[]): string =>
    ids.length === 0 ? none : ids.map((id) => names.get(id) ?? id).join(", ");

/** Returns ids as a set: each once, in a fixed order. */
export const asSet = (ids: readonly string[]): string[] => [...new Set(ids)].sort();

/** Returns an address without its query, which may contain a secret. */
export function showAddress(url: string): string {
  if (!URL.canParse(url)) return url === "" ? "none" : url;
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search === "" ? "" : "?…"}`;
}
