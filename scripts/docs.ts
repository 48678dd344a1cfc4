/**
 * Writes the documents that are made from code: docs/errors.md from src/error-codes.ts, docs/machines.md from src/machines, and in
 * other pages drawings of machines, and what examples say and print. Needs the build.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { ERRORS } from '../src/error-codes.ts'
import { toMermaid } from '../src/inspect/mermaid.ts'
import { examplePage, isMadeInPart } from './example-page.ts'
import { machines } from './machines.ts'

const folder = resolve(import.meta.dirname, '../docs')

/** Every page by its name. */
export const pages: Readonly<Record<string, () => Promise<string>>> = {
  'errors.md': async () => formatted(errorsPage()),
  'machines.md': async () => formatted(machinesPage()),
  ...Object.fromEntries(
    readdirSync(folder)
      .filter(isMadeInPart)
      .map(name => [name, async () => formatted(examplePage(name))]),
  ),
}

function errorsPage(): string {
  const entries = Object.entries(ERRORS).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const sections = entries.map(([code, { message, next }]) => `## ${code}\n\n${message}\n\n_Next:_ ${next}\n`)
  return `<!-- Made by npm run docs from src/error-codes.ts and its parts; a test compares the two. -->

# Errors

Every error that Stator raises is a \`StatorError\` with a \`code\`, a \`message\`, the \`next\` step and JSON \`details\`.
Codes never change between major versions. These are all ${entries.length}:

${sections.join('\n')}`
}

function machinesPage(): string {
  const sections = [...machines].map(
    ([name, machine]) => `## ${machine.id}

\`${name}\`, version ${machine.version}. ${String(machine.config.description)}

\`\`\`mermaid
${toMermaid(machine)}\`\`\`
`,
  )
  return `<!-- Made by npm run docs from src/machines; a test compares the two. -->

# Machines

Every task, agent and workflow is an actor that runs one of these XState statecharts, and so is the hub. What a state does
not show as an arrow it refuses: with \`EVENT_REFUSED\`, the state and the events that it allows, and the refusal is recorded.

An arrow says what the message is called, its guard in brackets, and for a timer its delay; where several arrows have the
same message, the first whose guard holds is taken. All machines are exported from \`stator\`. Draw your own with
\`toMermaid(machine)\` from \`stator/inspect\`, and see live actors move in the Stately inspector with
\`inspectRuntime(runtime, { inspect })\`: \`examples/inspect.ts\`.

${sections.join('\n')}`
}

async function formatted(text: string): Promise<string> {
  const filepath = resolve(folder, 'page.md')
  return format(text, { ...(await resolveConfig(filepath)), filepath })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(folder, { recursive: true })
  for (const [name, page] of Object.entries(pages)) writeFileSync(resolve(folder, name), await page())
}
