/**
 * Returns an element id made of Slack IDs, which may contain any character. The same parts give the same id.
 */
export const domId = (...parts: string[]) => parts.map((part) => encodeURIComponent(part)).join(".");
