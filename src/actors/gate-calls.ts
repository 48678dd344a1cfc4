/** Gate calls: how a handler asks a human. The interface only. */

export interface GateCalls {}
