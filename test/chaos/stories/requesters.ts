/** A request as far as it says who made it. */
type Asked = { requesterId: string; message: string };

const ending = ", with a token of ";

/** Returns a message that says whose token made the request, so that the checks need not ask the product. */
export const messageOf = (what: string, ownerId: string): string => `${what}${ending}${ownerId}`;

/** Returns everybody who counts as the requester (R5): the member it is for and, if a token made it, the token's owner. */
export function requestersOf({ requesterId, message }: Asked): string[] {
  const owner = message.split(ending)[1];
  return owner === undefined ? [requesterId] : [requesterId, owner];
}
