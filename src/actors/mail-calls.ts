/** Mail calls: what a handler can say to other agents. The interface only. */

export interface MailCalls {}
