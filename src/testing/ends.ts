/** Ends: how waiting in a simulation ends when it does not end well. */

/** The process life that was asked for something has ended. */
export class Crashed extends Error {}

/** Somebody waits, and nothing will ever happen. */
export class Stuck extends Error {}
