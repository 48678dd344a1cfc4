// What surrounds the use of models: instructions for agents, tool servers, evaluations.
// Never in here: code; the other two AI checks read that.
import { wholeCheck } from '../check.ts'
import { rules } from '../finding.ts'
import { asObject, looseJson, workspaceOf } from '../lang/workspace.ts'
import { modelPackages } from '../lang/models.ts'
import { basename } from '../languages.ts'
import { readText } from '../tree.ts'
import { agentInstructions } from './ai-prompts.ts'

const rule = rules('ai', {
  'unpinned-tool-server': {
    severity: 'medium',
    title: 'Pin the tool servers that agents start',
    advice: 'Name an exact version: whoever publishes the package next runs on every developer machine.',
  },
  'no-evaluations': {
    severity: 'low',
    title: 'Evaluate what the models answer',
    advice: 'Keep a small set of inputs with expected properties and run it when a prompt or model changes.',
  },
  'no-agent-instructions': {
    severity: 'info',
    title: 'Write an AGENTS.md',
    advice: 'Say in half a page how to build, test and change this project; coding agents read it first.',
  },
})

const servers = /(^|\/)(\.mcp|mcp|claude_desktop_config)\.json$|(^|\/)\.(vscode|cursor)\/mcp\.json$/
const pinned = /^(?:@[^/]+\/)?[^@]+@\d+\.\d+\.\d+/

export const aiSetup = wholeCheck({
  name: 'ai.setup',
  role: 'ai',
  about:
    'AGENTS.md and its kin, versions of MCP tool servers, evaluations where a model library is a dependency.',
  rules: rule,
  inspect: async (out, tree, context) => {
    const own = tree.files.filter(({ kind }) => kind !== 'vendored' && kind !== 'test')
    const instructions = own.filter(({ path }) => agentInstructions(path))
    out.sum('instruction files for coding agents', instructions.length)
    if (instructions.length === 0)
      out.add(rule['no-agent-instructions'], { message: 'there is no AGENTS.md, CLAUDE.md or the like' })
    for (const { path } of own.filter(file => servers.test(file.path))) {
      out.checked()
      const json = looseJson((await readText(context, path)) ?? '') ?? {}
      for (const [name, value] of Object.entries({
        ...asObject(json['mcpServers']),
        ...asObject(json['servers']),
      })) {
        const { command, args } = asObject(value)
        if (typeof command !== 'string' || !/^(npx|bunx|uvx|pnpx)$/.test(basename(command))) continue
        const target = (Array.isArray(args) ? (args as unknown[]) : []).find(
          arg => typeof arg === 'string' && !arg.startsWith('-'),
        )
        out.sum('tool servers')
        if (typeof target !== 'string' || pinned.test(target)) continue
        out.add(rule['unpinned-tool-server'], {
          file: path,
          message: `\`${name}\` runs \`${target}\` at whatever version is newest`,
        })
      }
    }
    const { manifests } = await workspaceOf(context)
    const users = manifests.filter(({ declared }) => [...declared].some(name => modelPackages.test(name)))
    out.sum('packages that depend on a model library', users.length)
    const evaluations = own.some(({ path }) =>
      /(^|\/|[._-])(evals?|evaluations?|promptfoo\w*|evalite)([._/-]|$)/i.test(path),
    )
    const [user] = users
    if (user !== undefined && !evaluations) {
      out.add(rule['no-evaluations'], {
        file: user.path,
        message: 'depends on a model library; no evaluations are committed',
      })
    }
  },
})
