/** Sub-results: what `ctx.do` recorded, by owner. */
import { same } from './expect.ts'
import { Scribe, subResult } from './fixtures.ts'
import type { JournalGroup } from './place.ts'

export const results: JournalGroup = {
  name: 'results',
  tests: [
    {
      name: 'an owner gets its own, of every generation, in the order of recording',
      run(place) {
        const scribe = new Scribe(place)
        const own = ['push', 'a', 'Ünïcode \u0000 \ud800'].map(name => subResult('task/run-1/build', name))
        const later = subResult('task/run-1/build', 'push', { generation: 2, value: null })
        scribe.write([], {
          results: [...own, subResult('task/run-1/test', 'push'), subResult('workflow/run-1', 'push')],
        })
        scribe.write([], { results: [later] })
        scribe.journal.close()
        const { journal } = new Scribe(place)
        same(journal.results('task/run-1/build'), [...own, later])
        same(journal.results('workflow/run-1'), [subResult('workflow/run-1', 'push')])
        same(journal.results('task/run-1/none'), [])
      },
    },
    {
      name: 'the same name of one generation is one result, the last',
      run(place) {
        const scribe = new Scribe(place)
        scribe.write([], { results: [subResult('task/t', 'a'), subResult('task/t', 'b')] })
        scribe.write([], { results: [subResult('task/t', 'a', { value: 2 })] })
        same(scribe.journal.results('task/t'), [
          subResult('task/t', 'a', { value: 2 }),
          subResult('task/t', 'b'),
        ])
      },
    },
  ],
}
