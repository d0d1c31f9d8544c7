import { type WebAPICallResult, WebClient } from "@slack/web-api";
import { withMethod } from "../../lib/slack-error.ts";

/** Slack's client, which records the method of each call that fails: what an error means depends on it. */
export class MethodAwareWebClient extends WebClient {
  override async apiCall(method: string, options?: Record<string, unknown>): Promise<WebAPICallResult> {
    try {
      return await super.apiCall(method, options);
    } catch (error) {
      throw withMethod(error, method);
    }
  }
}
