/** Lock calls: how a handler gets hold of what only one may have at a time. The interface only. */

export interface LockCalls {}
