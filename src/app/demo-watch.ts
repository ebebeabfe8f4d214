import { MqttConnection } from '../mqtt/client.ts'

interface Person {
  readonly id: string
  readonly number: string
}

export interface WatchOptions {
  readonly port: number
  /** In the order in which they write to each other; the last one writes to the first. */
  readonly people: readonly Person[]
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

const NEXT_AFTER_MS = 6000
const TOPICS = ['+/availability', '+/sms/received', '+/sms/status', '+/response/#', '+/event']

/** An ordinary MQTT client that lets them write to each other in turn and shows what goes where. @returns whether an SMS went through */
export function watch({ port, people, say, signal }: WatchOptions): Promise<boolean> {
  const online = new Set<string>()
  let isSeen = false
  let count = 0
  let timer: NodeJS.Timeout | undefined
  const send = (from: Person | undefined): void => {
    if (from === undefined) return
    const to = people[(people.indexOf(from) + 1) % people.length]
    if (to === undefined) return
    count++
    const text = `Message ${count} from ${from.id}: Grüße 👋`
    void client.publish(
      `zte2mqtt/${from.id}/command/sms/send`,
      JSON.stringify({ to: to.number, text, id: `demo-${count}` }),
      { qos: 1 },
    )
  }
  const client: MqttConnection = new MqttConnection({
    url: `mqtt://127.0.0.1:${port}`,
    clientId: 'zte2mqtt-demo-watcher',
    protocol: 4,
    sessionExpirySeconds: 60,
    will: { topic: 'zte2mqtt-demo/watcher', payload: 'gone' },
    backOff: { first: 300, longest: 1000, stable: 60_000 },
    onProblem: () => {},
    onMessage: ({ topic, payload }) => {
      const text = payload.toString()
      say(`  ◀ ${topic}  ${text}`)
      const [, modem = '', ...path] = topic.split('/')
      const kind = path.join('/')
      if (kind === 'availability' && text === 'online') {
        online.add(modem)
        if (online.size === people.length && count === 0) send(people[0])
      }
      if (kind === 'sms/received') {
        isSeen = true
        const { from } = JSON.parse(text) as { from: string }
        say(`  ★ an SMS went through: ${from} → ${modem}`)
        const me = people.find(({ id }) => id === modem)
        timer = setTimeout(() => send(me), NEXT_AFTER_MS)
      }
      return undefined
    },
  })
  client.subscribe(TOPICS.map((path) => ({ topic: `zte2mqtt/${path}`, qos: 1 })))
  client.start()
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        void client.end({ publishBefore: [], withinMs: 0 }).then(() => resolve(isSeen))
      },
      { once: true },
    )
  })
}
