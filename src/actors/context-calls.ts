/** Context calls: what a handler knows and says of values that others share. The interface only. */

export interface ContextCalls {}
