/** An id for the page made of Slack's ids, which may hold any character; the same parts give the same id. */
export const domId = (...parts: string[]) => parts.map((part) => encodeURIComponent(part)).join(".");
