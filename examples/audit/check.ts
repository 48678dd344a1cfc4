// How a check is declared: its role, its schemas, what it looks at, and a pure asynchronous function.
// Never in here: Stator. A check is wired to a task elsewhere, and testable without one.
import { z } from 'zod'
import { collector, partSchema } from './finding.ts'
import type { Collector, Part, Rule } from './finding.ts'
import type { Role } from './roles.ts'
import { readFiles, treeOf } from './tree.ts'
import type { AuditContext, Tree, TreeFile } from './tree.ts'

/** A check as a task needs it. `input` and `output` have a JSON Schema; `run` has no state of its own. */
export interface AuditCheck {
  /** The task type, `<role>.<what>`. */
  name: string
  role: Role
  /** One sentence for the report: what was looked at, so that finding nothing says something. */
  about: string
  rules: readonly Rule[]
  input: z.ZodType
  output: z.ZodType
  run: (input: unknown, context: AuditContext) => Promise<unknown>
  /** Set when the check is fanned out over files: which ones. */
  applies?: (file: TreeFile) => boolean
  /** Set when the check joins others: input key to the tasks whose outputs it takes. */
  joins?: Readonly<Record<string, { task: string; all: boolean }>>
  /** Tasks whose findings and numbers this one takes over, so that the summary need not see them. */
  absorbs?: readonly string[]
}

export const onceSchema = z.object({
  /** The audited commit: part of every input, so that a task means the same on every day. */
  commit: z.string(),
  bytes: z.number().int().min(1_000),
})

/** Which part of a check's files a task looks at, and how many bytes its output may take. */
export const sliceSchema = onceSchema.extend({
  part: z.number().int().min(0),
  of: z.number().int().min(1),
})
export type Slice = z.infer<typeof sliceSchema>

/** The files of part `part` of `of`: neighbours by path, sizes as equal as can be. */
export const sliceOf = <T>(items: readonly T[], { part, of }: Pick<Slice, 'part' | 'of'>): T[] =>
  items.slice(Math.floor((part * items.length) / of), Math.floor(((part + 1) * items.length) / of))

export interface Source extends TreeFile {
  text: string
}

interface Declared<I, O> {
  name: string
  role: Role
  about: string
  rules: Readonly<Record<string, Rule>>
  input: z.ZodType<I>
  output: z.ZodType<O>
  joins?: AuditCheck['joins']
  absorbs?: AuditCheck['absorbs']
  applies?: AuditCheck['applies']
  run: (input: I, context: AuditContext) => Promise<O>
}

/** Declares a check of any shape; input and output pass their schemas on the way in and out. */
export const check = <I, O>(declared: Declared<I, O>): AuditCheck => {
  const { rules: ruleSet, run, joins, absorbs, applies, ...rest } = declared
  return {
    ...rest,
    rules: Object.values(ruleSet),
    ...(joins === undefined ? {} : { joins }),
    ...(absorbs === undefined ? {} : { absorbs }),
    ...(applies === undefined ? {} : { applies }),
    run: async (input, context) => rest.output.parse(await run(rest.input.parse(input), context)),
  }
}

interface FileCheck {
  name: string
  role: Role
  about: string
  rules: Readonly<Record<string, Rule>>
  applies: (file: TreeFile) => boolean
  /** False: the check needs no contents, only names and sizes. */
  reads?: boolean
  inspect: (source: Source, out: Collector, tree: Tree, context: AuditContext) => void | Promise<void>
}

/**
 * Reads the files of one slice and shows each to `inspect`. One file that breaks its inspection is counted as
 * skipped and does not take the others with it; being told to stop does.
 */
export const eachFile = async (
  slice: Pick<Slice, 'part' | 'of'>,
  context: AuditContext,
  out: Collector,
  { applies, reads = true, inspect }: Pick<FileCheck, 'applies' | 'reads' | 'inspect'>,
): Promise<void> => {
  const tree = await treeOf(context)
  const files = sliceOf(tree.files.filter(applies), slice)
  const visit = async (source: Source): Promise<void> => {
    context.signal.throwIfAborted()
    try {
      await inspect(source, out, tree, context)
      out.checked()
    } catch (error) {
      context.signal.throwIfAborted()
      if (error instanceof z.ZodError) throw error
      out.skipped('not understood')
    }
  }
  if (!reads) {
    for (const file of files) await visit({ ...file, text: '' })
    return
  }
  for await (const { file, text, unread } of readFiles(context, files)) {
    if (text === undefined) out.skipped(unread ?? 'missing')
    else await visit({ ...file, text })
  }
}

/** A check that is fanned out over files and gives a plain part. */
export const fileCheck = (declared: FileCheck): AuditCheck =>
  check<Slice, Part>({
    name: declared.name,
    role: declared.role,
    about: declared.about,
    rules: declared.rules,
    applies: declared.applies,
    input: sliceSchema,
    output: partSchema,
    run: async (slice, context) => {
      const out = collector()
      await eachFile(slice, context, out, declared)
      return out.part(slice.bytes)
    },
  })

/** A check that runs once over the whole tree. */
export const wholeCheck = (
  declared: Pick<FileCheck, 'name' | 'role' | 'about' | 'rules'> & {
    inspect: (out: Collector, tree: Tree, context: AuditContext) => Promise<void>
  },
): AuditCheck =>
  check<z.infer<typeof onceSchema>, Part>({
    name: declared.name,
    role: declared.role,
    about: declared.about,
    rules: declared.rules,
    input: onceSchema,
    output: partSchema,
    run: async ({ bytes }, context) => {
      const out = collector()
      await declared.inspect(out, await treeOf(context), context)
      return out.part(bytes)
    },
  })
