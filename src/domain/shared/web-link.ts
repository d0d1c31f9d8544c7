/** What stands between the two slashes and the path: https://url.spec.whatwg.org/#authority-state */
const authority = /^[a-z][a-z0-9+.-]*:[/\\]*([^/\\?#]*)/i;

/**
 * Returns whether a link has a user name or a password in its address. Such a link may show one host and lead to
 * another: `https://git.example.com@evil.example` leads to evil.example.
 */
export const hasUserName = (link: string): boolean =>
  authority.exec(link.trim())?.[1]?.includes("@") ?? false;

/** Returns the link without the user name and the password in its address, and otherwise as it was. */
export function withoutUserName(link: string): string {
  if (!hasUserName(link)) return link;
  return link.replace(authority, (start, host: string) => {
    return `${start.slice(0, start.length - host.length)}${host.slice(host.lastIndexOf("@") + 1)}`;
  });
}

/** What a response says about a link that was changed. */
export const userNameNote = "Signoff removed the user name from this link.";

/**
 * Returns an address as a browser reads it, without a user name, or null if it is not http or https. The host is in
 * Punycode, so that it shows which letters it really has.
 */
export function webAddress(link: string | null): URL | null {
  if (link === null || !/^https?:\/\//i.test(link) || !URL.canParse(link)) return null;
  const url = new URL(link);
  url.username = "";
  url.password = "";
  return url;
}

/** The most characters of a host that are shown. Of a longer one the end is shown: it says whose host it is. */
const hostLimit = 60;

/** Returns the host and the port of an address as people see it beside a link's label. */
export const shownHost = ({ host }: URL): string =>
  host.length > hostLimit ? `…${host.slice(1 - hostLimit)}` : host;
