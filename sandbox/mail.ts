import { createEmulator } from "emulate";

/** An email as the Resend stand-in received it. `at` is an ISO 8601 time. */
export type InboxMail = {
  id: string;
  to: string;
  from: string;
  subject: string;
  html: string;
  text: string;
  at: string;
};

export type MailStandIn = {
  /** The value for RESEND_BASE_URL. */
  url: string;
  /** All emails, newest first. */
  inbox(): Promise<InboxMail[]>;
  stop(): Promise<void>;
};

type Stored = {
  id: string;
  to: string[];
  from: string;
  subject: string;
  html: string;
  text: string;
  created_at: string;
};

/** Starts a stand-in for Resend that stores every email it receives. */
export async function startMail(): Promise<MailStandIn> {
  const emulator = await createEmulator({ service: "resend", port: 0 });
  return {
    url: emulator.url,
    async inbox() {
      const headers = { authorization: "Bearer re_sandbox" };
      const answer = await fetch(`${emulator.url}/emails?limit=100`, { headers });
      const { data } = (await answer.json()) as { data: Stored[] };
      const mails = data.map(({ to, created_at: at, ...mail }) => ({ ...mail, to: to.join(", "), at }));
      return mails.sort((a, b) => b.at.localeCompare(a.at));
    },
    stop: () => emulator.close(),
  };
}
