import { authTest } from "./auth.ts";
import { deleteMessage, getPermalink, postEphemeral, postMessage, update } from "./chat.ts";
import { conversationsHistory, conversationsInfo, conversationsOpen } from "./conversations.ts";
import { conversationsList, conversationsMembers } from "./conversations-list.ts";
import type { Method } from "./method.ts";
import { usergroupsList, usergroupsUsersList } from "./usergroups.ts";
import { usersInfo, usersList, usersLookupByEmail } from "./users.ts";
import * as views from "./views.ts";

/** The Web API methods that the stand-in supports. */
export const methods: Record<string, Method> = {
  "auth.test": authTest,
  "users.info": usersInfo,
  "users.list": usersList,
  "users.lookupByEmail": usersLookupByEmail,
  "conversations.open": conversationsOpen,
  "conversations.info": conversationsInfo,
  "conversations.history": conversationsHistory,
  "conversations.list": conversationsList,
  "conversations.members": conversationsMembers,
  "usergroups.list": usergroupsList,
  "usergroups.users.list": usergroupsUsersList,
  "chat.postMessage": postMessage,
  "chat.update": update,
  "chat.delete": deleteMessage,
  "chat.postEphemeral": postEphemeral,
  "chat.getPermalink": getPermalink,
  "views.open": views.open,
  "views.push": views.push,
  "views.update": views.update,
  "views.publish": views.publish,
};
