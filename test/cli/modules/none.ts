/** A module that exports no workflow, and a word that looks like one. */
export const kind = 'workflow'
export const nothing = null
