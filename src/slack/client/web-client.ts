import { type WebAPICallResult, WebClient, type WebClientOptions } from "@slack/web-api";
import { withMethod } from "../../lib/slack-error.ts";

/**
 * Slack's client, which records the method of each call that fails, because what an error means depends on it, and reports
 * each method that Slack accepted.
 */
export class MethodAwareWebClient extends WebClient {
  readonly #onAccepted: ((method: string) => void) | undefined;

  constructor(token: string, options: WebClientOptions, onAccepted?: (method: string) => void) {
    super(token, options);
    this.#onAccepted = onAccepted;
  }

  override async apiCall(method: string, options?: Record<string, unknown>): Promise<WebAPICallResult> {
    try {
      const result = await super.apiCall(method, options);
      this.#onAccepted?.(method);
      return result;
    } catch (error) {
      throw withMethod(error, method);
    }
  }
}
