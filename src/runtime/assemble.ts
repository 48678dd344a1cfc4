/**
 * Assembly: every part of a runtime, made and joined to the others. The one place that knows them all; nothing happens here, and
 * no part may be asked for anything before all are there.
 */
import { hubMachine } from '../machines/hub.ts'
import type { Address } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Signal } from '../messages/signal.ts'
import { ActorsView } from './actors-view.ts'
import { AgentsView } from './agents-view.ts'
import { BudgetsView } from './budget/budgets-view.ts'
import { Bursar } from './budget/bursar.ts'
import { Postmaster } from './mailbox/postmaster.ts'
import { Calendar } from './calendar.ts'
import { checkOptions } from './check-options.ts'
import { containedLogger } from './contain.ts'
import { Deciders } from './decider.ts'
import { Dependencies } from './dependencies.ts'
import { Dispatcher } from './dispatcher.ts'
import { dispatching } from './dispatching.ts'
import { Door } from './door.ts'
import { Drains } from './drains.ts'
import { endedOf, lookAt, writtenEnding } from './ended.ts'
import { EffectsView } from './effects-view.ts'
import { Endings } from './endings.ts'
import { executorsOf } from './executors.ts'
import { notifyOfGates } from './gate/notifier.ts'
import { GatesView } from './gates-view.ts'
import { Groups } from './groups.ts'
import type { HandleHost } from './handles.ts'
import { Intake } from './intake.ts'
import { Kernel } from './kernel.ts'
import { LedgerView } from './ledger/ledger-view.ts'
import { Lifetime, type LifetimeParts } from './lifetime.ts'
import type { RuntimeOptions, SayOptions } from './options.ts'
import { pastCell } from './past.ts'
import { checkWorkflows } from './preflight-rules.ts'
import { LockKeeper } from './lock/lock-keeper.ts'
import { Population } from './population.ts'
import { Bookkeeper } from './project/bookkeeper.ts'
import { ProjectsView } from './project/projects-view.ts'
import { Queues } from './queues.ts'
import { Census } from './report/census.ts'
import { Reporter } from './report/report.ts'
import { Registry } from './registry.ts'
import { release, report } from './release.ts'
import { RunsView } from './runs-view.ts'
import { SchedulesView } from './schedules-view.ts'
import { SignalStream } from './signal-stream.ts'
import { CLIENT, Submissions } from './submissions.ts'
import { TasksView } from './tasks-view.ts'
import { teamDeciders, teamOf } from './team.ts'
import type { AllViews } from './views.ts'
import { createRoot } from './xstate.ts'

export interface Assembly {
  readonly parts: LifetimeParts
  readonly lifetime: Lifetime
  readonly handles: HandleHost
  readonly submissions: Submissions
  readonly views: AllViews
  readonly reporter: Reporter
}

/** @throws StatorError DEFINITION_INVALID, ALREADY_REGISTERED, PREFLIGHT_FAILED */
export function assemble(options: RuntimeOptions): Assembly {
  const {
    journal,
    limits,
    notifyGate,
    logger,
    host,
    tasks,
    queues,
    contexts,
    roles,
    workflows,
    agents: handlers,
    mocks,
    preflight,
  } = checkOptions(options)
  const { clock, ids, scheduler } = host
  const log = containedLogger(logger)
  const admit = (value: unknown): Json => Door.admit(value, limits)
  const registry = new Registry(admit)
  for (const queue of queues) registry.addQueue(queue)
  for (const task of tasks) registry.addTask(task)
  for (const workflow of workflows) registry.addWorkflow(workflow)
  if (preflight !== undefined) checkWorkflows(workflows, preflight, log)
  for (const agent of handlers) registry.addAgent(agent)
  registry.addClient(CLIENT)
  const hub = createRoot(hubMachine)
  const endings = new Endings()
  const population = new Population(journal, registry, hub)
  const dispatcher = new Dispatcher({ handles: (agent, task) => registry.handles(agent, task), roles })
  const dependencies = new Dependencies(population, journal, (task, path) => dispatcher.rank(task, path))
  const census = new Census()
  const bookkeeper = new Bookkeeper(dispatcher)
  const bursar = new Bursar({ population, journal })
  const lockKeeper = new LockKeeper(population, limits.locksHeld)
  const postmaster = new Postmaster(limits)
  // Who goes first in a queue may depend on what waits for it: that is said before the next one is chosen.
  const deciders = new Deciders([
    dependencies,
    ...teamDeciders({
      population,
      journal,
      dispatcher,
      limits,
      bursar,
      census,
      bookkeeper,
      lockKeeper,
      postmaster,
      random: host.random,
      agents: () => agents,
    }),
    dispatching(dispatcher, population),
    new Calendar(limits.catchUp),
  ])
  const drains = new Drains(clock)
  const stream = new SignalStream({ journal, keep: limits.history, log, scheduler })
  const lifetime = new Lifetime(() => parts)
  const open = (): void => lifetime.requireOpen()
  const running = (): void => lifetime.requireRunning()
  const intake = new Intake(dispatcher, open)
  const kernel: Kernel = new Kernel({
    journal,
    clock,
    scheduler,
    limits,
    population,
    dispatcher,
    deciders,
    hub,
    release: released => release({ executor, stream, endings, door, drains }, released),
    failed: error => lifetime.failed(error),
  })
  const door: Door = new Door({ kernel, journal, registry, population, limits, intake, open, running })
  const { executor, standIns } = executorsOf({
    registry,
    mocks,
    clock,
    random: host.random,
    log: logger,
    warn: (details, message) => log.warn(details, message),
    taskTimeout: limits.taskTimeout,
    progressInterval: limits.progressInterval,
    journalId: () => lifetime.journalId,
    admit,
    recorded: task => new Map(journal.results(task).map(result => [result.name, result.value])),
    workplace: seat => team.workplace(seat),
    doubts: (seat, doubt) => team.doubts(seat, doubt),
    before: (seat, giveUp) => team.before(seat, giveUp),
    report: (effect, type, data, wait) => report(kernel, effect, type, data, wait),
  })
  const send = (type: string, to: Address, data: Json, how?: SayOptions): Promise<Signal> =>
    door.send({ type, to, from: CLIENT, data }, how)
  const agents: AgentsView = new AgentsView({
    registry,
    population,
    dispatcher,
    kernel,
    lifetime,
    warms: standIns === undefined,
    clock,
    random: host.random,
    warmUpTimeout: limits.taskTimeout,
    send,
  })
  const handles: HandleHost = {
    journal,
    clock,
    ended: address => endedOf({ population, journal, endings, lifetime }, address),
    cell: address => lookAt({ population, lifetime }, address),
    ending: address => writtenEnding({ journal, lifetime }, address),
    stranded: address => population.stranded().get(address),
    past: ending => pastCell(journal, registry, hub, ending),
    send,
    observe: filter => stream.observe(filter),
    read: filter => stream.read(filter),
  }
  const actors = new ActorsView(population, journal, lifetime)
  const submissions = new Submissions({ registry, door, handles, limits, ids, preflight })
  const groups = new Groups({ door, submissions, handles, limits, ids })
  const pathOf = (task: Address): number => dependencies.pathOf(task)
  const allOf = new Queues({
    dispatcher,
    population,
    journal,
    clock,
    drains,
    look: address => handles.cell(address),
    handles: (agent, task) => registry.handles(agent, task),
    requireQueue: name => registry.requireQueue(name),
    configure: address => lifetime.tell('queue.configure', address, { rates: [], order: 'fifo' }),
    send,
  })
  const schedules = new SchedulesView({ handles, submissions, door, population, lifetime })
  const view = new TasksView({ handles, submissions, groups, schedules, queues: allOf, pathOf })
  const gates = new GatesView({ door, handles, journal, population, ids, stream, lifetime, admit })
  if (notifyGate !== undefined)
    notifyOfGates(notifyGate, {
      stream,
      journal,
      clock,
      log,
      list: filter => gates.list(filter),
      get: id => gates.get(id),
      patience: limits.notify,
    })
  const team = teamOf({
    report: async (effect, type, data) => {
      await report(kernel, effect, type, data, true)
    },
    bursar,
    lockKeeper,
    postmaster,
    population,
    journal,
    dispatcher,
    limits,
    door,
    handles,
    contexts,
    kernel,
    registry,
    stream,
    submissions,
    gates,
    agents,
    clock,
    ids,
    log,
    lifetime,
    admit,
  })
  const parts: LifetimeParts = {
    journal,
    clock,
    scheduler,
    ids,
    log,
    hub,
    registry,
    population,
    dispatcher,
    deciders,
    endings,
    drains,
    stream,
    kernel,
    door,
    executor,
    adopts: standIns !== undefined,
    agents,
    liveActors: limits.liveActors,
  }
  const runs = new RunsView({ journal, population, lifetime })
  const effects = new EffectsView(standIns, open)
  const budgets = new BudgetsView({ door, handles, bursar, lifetime, admit })
  const ledger = new LedgerView({ journal, door, lifetime, admit })
  const projects = new ProjectsView({ door, journal, population, bookkeeper, lifetime, admit })
  const reporter = new Reporter({
    census,
    dispatcher,
    clock,
    agents: () => agents.list(),
    projects: () => projects.list(),
  })
  const views = {
    projects,
    project: projects.of,
    budgets,
    ledger,
    agents,
    actors,
    effects,
    tasks: view,
    gates,
    runs,
    context: team.context,
    mail: team.mail,
    locks: team.locks,
    conversations: team.conversations,
  }
  return { parts, lifetime, handles, submissions, views, reporter }
}
