// A desk in memory: what the crew says to each other where everything happens one after the other.
// Never in here: Stator, or expectations.
import type { Desk, Note } from '../../../examples/audit/desk.ts'
import { byRank } from '../../../examples/audit/finding.ts'
import { secondOpinion } from '../../../examples/audit/opinion.ts'
import { personas } from '../../../examples/audit/personas.ts'
import { roles } from '../../../examples/audit/roles.ts'
import type { Role } from '../../../examples/audit/roles.ts'

export const memoryDesk = (repo: string): Desk => {
  const notes = new Map<Role, Note>()
  const worst = () =>
    [...notes.values()].flatMap(({ worst: found }) => (found === null ? [] : [found])).sort(byRank)[0] ?? null
  return {
    note: (role, note) => {
      notes.set(role, note)
      return Promise.resolve()
    },
    notes: () =>
      roles.flatMap(role => {
        const note = notes.get(role)
        return note === undefined ? [] : [{ role, ...note }]
      }),
    worst,
    consult: async (skill, question) => {
      const able = personas.find(({ skills }) => skills.includes(skill))?.role
      const who = roles.find(role => role === able)
      return who === undefined ? null : secondOpinion(who, question, { repo })
    },
  }
}
