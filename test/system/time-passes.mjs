// Loaded into the bridge: at each SIGUSR2, PASSING_MS pass at once for its clocks, and for every timer that was set for a minute or
// longer. Shorter ones are left alone: they measure how long others take to answer.
const LONG_MS = 60_000
const { setTimeout: set, clearTimeout: clear } = globalThis
const { now } = Date
const elapsed = performance.now.bind(performance)
const waiting = new Map()
let passedMs = 0

Date.now = () => now() + passedMs
performance.now = () => elapsed() + passedMs

function setLater(run, ms, ...values) {
  if (!(ms >= LONG_MS)) return set(run, ms, ...values)
  const fire = () => {
    waiting.delete(timer)
    run(...values)
  }
  const timer = set(fire, ms)
  waiting.set(timer, { dueAt: performance.now() + ms, fire })
  return timer
}
globalThis.setTimeout = Object.defineProperties(setLater, Object.getOwnPropertyDescriptors(set))
globalThis.clearTimeout = (timer) => {
  waiting.delete(timer)
  clear(timer)
}

process.on('SIGUSR2', () => {
  passedMs += Number(process.env.PASSING_MS)
  for (const [timer, { dueAt, fire }] of waiting) {
    if (dueAt > performance.now()) continue
    clear(timer)
    fire()
  }
})
