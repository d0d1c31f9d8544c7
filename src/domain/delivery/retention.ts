/** How long finished deliveries are kept: half a year. While an item is kept, its key prevents a second delivery. */
export const deliveryRetentionMs = 180 * 24 * 3_600_000;
