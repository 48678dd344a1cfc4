// How often each source file changed in the window before the commit.
// Never in here: judgement; a file that changes often is not wrong, only worth joining with its complexity.
import { z } from 'zod'
import { check, onceSchema } from '../check.ts'
import { byText, treeOf } from '../tree.ts'
import { collector, fitting, partSchema } from '../finding.ts'
import { historyOf } from '../history.ts'

export const fileChurn = z.object({
  path: z.string(),
  commits: z.number().int(),
  authors: z.number().int(),
})

export const churnPart = partSchema.extend({ files: z.array(fileChurn), shallow: z.boolean() })

export const backendChurn = check({
  name: 'backend.churn',
  role: 'backend',
  about:
    'Commits that touched each source file in the year before the audited commit (or the newest 300 commits, when ' +
    'the year had fewer), without merges and without commits of more than 150 files.',
  rules: {},
  input: onceSchema,
  output: churnPart,
  run: async ({ bytes }, context) => {
    const out = collector()
    const tree = await treeOf(context)
    const { changes, shallow } = await historyOf(context.repo, context.commit)
    const churn = new Map<string, { commits: number; authors: Set<number> }>()
    for (const { author, files } of changes) {
      for (const path of files) {
        const file = tree.byPath.get(path)
        if (file?.code !== true || file.kind !== 'source') continue
        const entry = churn.get(path) ?? { commits: 0, authors: new Set() }
        entry.commits++
        entry.authors.add(author)
        churn.set(path, entry)
      }
    }
    out.sum('commits in the window', changes.length)
    out.sum('source files changed in the window', churn.size)
    const files = [...churn].map(([path, { commits, authors }]) => ({ path, commits, authors: authors.size }))
    files.sort((a, b) => b.commits - a.commits || byText(a.path, b.path))
    return { ...out.part(bytes / 4), files: fitting(files, (bytes * 3) / 4), shallow }
  },
})
