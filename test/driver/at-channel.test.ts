import assert from 'node:assert/strict'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { AtChannel } from '../../src/driver/at-channel.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { randomNumbers, STREAMS } from '../at/vectors.ts'
import { createStreamPair } from './stream-pair.ts'

/** The modem's end: keeps what was written, and says what the test tells it to. */
class Modem {
  readonly stream: Duplex
  readonly channel: AtChannel
  readonly unsolicited: string[] = []
  readonly closings: ModemError[] = []
  written = ''
  #onWritten: (() => void) | undefined

  constructor(pauseMs = 0) {
    const [near, far] = createStreamPair()
    this.stream = far
    this.channel = new AtChannel(near, { pauseMs })
    this.channel.on('unsolicited', (line) => this.unsolicited.push(line))
    this.channel.on('closed', (cause) => this.closings.push(cause))
    far.on('data', (chunk: Buffer) => {
      this.written += chunk.toString('latin1')
      this.#onWritten?.()
    })
    far.on('error', () => {})
  }

  say(text: string): void {
    this.stream.write(text, 'latin1')
  }

  /** Answers each complete command, payload or ESC with what `answer` says, cut by `cut`. */
  play(answer: (written: string) => string, cut: (text: string) => readonly string[] = (text) => [text]): void {
    let done = 0
    this.#onWritten = () => {
      for (;;) {
        const complete = /^(?:\x1b\r?|[^\r\x1a\x1b]*[\r\x1a])/.exec(this.written.slice(done))?.[0]
        if (complete === undefined) return
        done += complete.length
        for (const chunk of cut(answer(complete))) this.say(chunk)
      }
    }
  }
}

/** Lets streams and promises settle; timers stay where they are. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

const pass = async (ms: number) => {
  await settle()
  mock.timers.tick(ms)
  await settle()
}

const fails = (promise: Promise<unknown>): Promise<ModemError> =>
  promise.then(
    () => assert.fail('it should have been refused'),
    (error: unknown) => {
      assert.ok(error instanceof ModemError, String(error))
      return error
    },
  )

describe('a command', () => {
  test('is written with one CR and resolves with its information lines', async () => {
    const modem = new Modem()
    modem.play(() => '\r\n+CSQ: 17,99\r\n\r\nOK\r\n')
    assert.deepEqual(await modem.channel.send('AT+CSQ'), ['+CSQ: 17,99'])
    assert.equal(modem.written, 'AT+CSQ\r')
  })

  test('is refused with the number of its error', async () => {
    const modem = new Modem()
    modem.play(() => '\r\n+CMS ERROR: 332\r\n')
    const error = await fails(modem.channel.send('AT+CMGD=1'))
    assert.deepEqual([error.code, error.cms], ['rejected_by_network', 332])
  })

  test('waits for the one before it', async () => {
    const modem = new Modem()
    const first = modem.channel.send('AT+ONE')
    const second = modem.channel.send('AT+TWO')
    await settle()
    assert.equal(modem.written, 'AT+ONE\r')
    modem.play(() => '\r\n+TWO: 2\r\n\r\nOK\r\n')
    modem.say('\r\n+ONE: 1\r\n\r\nERROR\r\n')
    assert.equal((await fails(first)).code, 'rejected_by_modem')
    assert.deepEqual(await second, ['+TWO: 2'])
    assert.equal(modem.written, 'AT+ONE\rAT+TWO\r')
  })

  for (const command of ['AT\rAT+CFUN=0', 'AT\n', 'AT\x1a', 'AT+CUSD=1,"\u{1F600}"', '']) {
    test(`is refused when it is ${JSON.stringify(command)}`, async () => {
      const modem = new Modem()
      assert.equal((await fails(modem.channel.send(command))).code, 'invalid_request')
      assert.equal(modem.written, '')
    })
  }

  test('whose answer has a line without end is refused, and the next one is not', async () => {
    const modem = new Modem()
    modem.play((written) => (written === 'AT+CGMR\r' ? `\r\n${'x'.repeat(20_000)}\r\n\r\nOK\r\n` : '\r\nOK\r\n'))
    const first = modem.channel.send('AT+CGMR')
    const second = modem.channel.send('AT')
    assert.equal((await fails(first)).code, 'protocol')
    assert.deepEqual(await second, [])
  })
})

test('lines nobody asked for come as events, in order, also when nothing is sent', async () => {
  const modem = new Modem()
  modem.say('\r\n+ZUSIMR:2\r\n\r\n+CDS: ,25\r\n0011\r\n')
  await settle()
  modem.play(() => '\r\n+CMTI: "SM",4\r\n\r\n+CSQ: 1,99\r\n\r\nOK\r\n\r\n+CREG: 1\r\n')
  assert.deepEqual(await modem.channel.send('AT+CSQ'), ['+CSQ: 1,99'])
  assert.deepEqual(modem.unsolicited, ['+ZUSIMR:2', '+CDS: ,25\n0011', '+CMTI: "SM",4', '+CREG: 1'])
})

describe('a payload', () => {
  test('is written once, with Ctrl-Z, and only after the prompt', async () => {
    const modem = new Modem()
    let writtenBefore: string | undefined
    const sent = modem.channel.send('AT+CMGS=18', {
      payload: 'ABCD',
      onPayloadWritten: () => {
        writtenBefore = modem.written
      },
    })
    await settle()
    assert.equal(modem.written, 'AT+CMGS=18\r')
    modem.say('\r\n> ')
    await settle()
    assert.equal(modem.written, 'AT+CMGS=18\rABCD\x1a')
    assert.equal(writtenBefore, 'AT+CMGS=18\r')
    modem.say('\r\n+CMGS: 12\r\n\r\nOK\r\n')
    assert.deepEqual(await sent, ['+CMGS: 12'])
  })

  test('is not written when the modem refuses the command', async () => {
    const modem = new Modem()
    modem.play(() => '\r\n+CMS ERROR: 302\r\n')
    const onPayloadWritten = mock.fn()
    const error = await fails(modem.channel.send('AT+CMGS=18', { payload: 'ABCD', onPayloadWritten }))
    assert.equal(error.cms, 302)
    assert.equal(onPayloadWritten.mock.callCount(), 0)
    assert.equal(modem.written, 'AT+CMGS=18\r')
  })

  test('is told apart from an unwritten one when the modem goes away behind it', async () => {
    const modem = new Modem()
    const onPayloadWritten = mock.fn()
    const failure = fails(modem.channel.send('AT+CMGS=18', { payload: 'ABCD', onPayloadWritten }))
    modem.say('\r\n> ')
    await settle()
    modem.stream.destroy()
    assert.equal((await failure).code, 'closed')
    assert.equal(onPayloadWritten.mock.callCount(), 1)
  })

  test('is replaced by ESC when the request was given up before the prompt', async () => {
    const modem = new Modem()
    const givingUp = new AbortController()
    const onPayloadWritten = mock.fn()
    const sent = modem.channel.send('AT+CMGS=18', { payload: 'ABCD', signal: givingUp.signal, onPayloadWritten })
    const refused = assert.rejects(sent, { name: 'AbortError' })
    await settle()
    givingUp.abort()
    await refused
    const next = modem.channel.send('AT+CSQ')
    modem.say('\r\n> ')
    await settle()
    assert.equal(modem.written, 'AT+CMGS=18\r\x1b')
    assert.equal(onPayloadWritten.mock.callCount(), 0)
    modem.play(() => '\r\n+CSQ: 1,99\r\n\r\nOK\r\n')
    modem.say('\r\nOK\r\n')
    assert.deepEqual(await next, ['+CSQ: 1,99'])
  })
})

describe('a request that is given up', () => {
  test('is never written when it still waits', async () => {
    const modem = new Modem()
    const givingUp = new AbortController()
    const first = modem.channel.send('AT+ONE')
    const second = modem.channel.send('AT+TWO', { signal: givingUp.signal })
    const third = modem.channel.send('AT+THREE')
    givingUp.abort('enough')
    assert.equal(await second.catch((reason: unknown) => reason), 'enough')
    modem.play(() => '\r\nOK\r\n')
    modem.say('\r\nOK\r\n')
    await Promise.all([first, third])
    assert.equal(modem.written, 'AT+ONE\rAT+THREE\r')
  })

  test('is never written when it was given up before', async () => {
    const modem = new Modem()
    await assert.rejects(modem.channel.send('AT+TWO', { signal: AbortSignal.abort() }), { name: 'AbortError' })
    await settle()
    assert.equal(modem.written, '')
  })

  test('leaves its answer to nobody when it is already written', async () => {
    const modem = new Modem()
    const givingUp = new AbortController()
    const first = modem.channel.send('AT+ONE', { signal: givingUp.signal })
    const refused = assert.rejects(first, { name: 'AbortError' })
    const second = modem.channel.send('AT+TWO')
    await settle()
    givingUp.abort()
    await refused
    modem.play(() => '\r\n+TWO: 2\r\n\r\nOK\r\n')
    modem.say('\r\n+ONE: 1\r\n\r\nOK\r\n')
    assert.deepEqual(await second, ['+TWO: 2'])
  })
})

describe('the end', () => {
  test('rejects the command in flight and those waiting, and is told once', async () => {
    const modem = new Modem()
    const failures = ['AT+ONE', 'AT+TWO'].map((command) => fails(modem.channel.send(command)))
    await settle()
    modem.stream.destroy()
    for (const error of await Promise.all(failures)) assert.equal(error.code, 'closed')
    await settle()
    assert.equal(modem.closings.length, 1)
    assert.equal((await fails(modem.channel.send('AT'))).code, 'closed')
    assert.equal(modem.closings.length, 1)
  })

  test('carries the error of the stream', async () => {
    const [near, far] = createStreamPair()
    far.on('error', () => {})
    const channel = new AtChannel(near)
    const closed = new Promise<ModemError>((resolve) => channel.once('closed', resolve))
    const fault = new ModemError('closed', 'unplugged')
    near.destroy(fault)
    assert.equal(await closed, fault)
  })

  test('by close() rejects everybody and resolves when the stream is closed', async () => {
    const modem = new Modem()
    const failure = fails(modem.channel.send('AT'))
    await modem.channel.close()
    assert.equal((await failure).code, 'closed')
    assert.equal(modem.stream.destroyed, true)
    assert.equal(modem.closings.length, 1)
    await modem.channel.close()
  })
})

describe('time', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  test('without an answer closes the channel: the command timed out, the others were never sent', async () => {
    const modem = new Modem()
    const first = fails(modem.channel.send('AT+CPIN="1234"'))
    const second = fails(modem.channel.send('AT+CSQ'))
    await pass(9_999)
    assert.deepEqual(modem.closings, [])
    await pass(1)
    const error = await first
    assert.equal(error.code, 'timeout')
    assert.ok(!error.message.includes('1234'))
    assert.equal((await second).code, 'closed')
    assert.deepEqual(modem.closings, [error])
    assert.equal(modem.written, 'AT+CPIN="1234"\r')
    assert.equal(modem.stream.destroyed, true)
  })

  test('for a command can be set by its sender', async () => {
    const modem = new Modem()
    const failure = fails(modem.channel.send('AT+CSQ', { timeoutMs: 100 }))
    await pass(100)
    assert.equal((await failure).code, 'timeout')
  })

  test('of a listing starts anew with each line', async () => {
    const modem = new Modem()
    const listing = modem.channel.send('AT+CMGL=4')
    await settle()
    for (const line of ['+CMGL: 1,1,,2', 'AA', '+CMGL: 2,1,,2', 'BB']) {
      modem.say(`\r\n${line}\r\n`)
      await pass(59_000)
    }
    modem.say('\r\nOK\r\n')
    assert.equal((await listing).length, 4)
  })

  test('of other commands does not start anew, nor does an unsolicited line prolong a listing', async () => {
    for (const command of ['AT+CPMS?', 'AT+CMGL=4']) {
      const modem = new Modem()
      const failure = fails(modem.channel.send(command))
      await pass(15_000)
      modem.say(command === 'AT+CPMS?' ? '\r\n+CPMS: 1\r\n' : '\r\n+ZUSIMR:2\r\n')
      await pass(45_000)
      assert.equal((await failure).code, 'timeout')
    }
  })

  test('without a prompt leads to ESC, never to the payload, not even when the prompt still comes', async () => {
    const [near] = createStreamPair()
    let written = ''
    let finishWriting: (() => void) | undefined
    // A line whose ESC takes its time, so that the late prompt comes first.
    mock.method(near, '_write', (chunk: Buffer, _encoding: string, done: () => void) => {
      written += chunk.toString('latin1')
      if (chunk[0] === 0x1b) finishWriting = done
      else done()
    })
    const channel = new AtChannel(near)
    const onPayloadWritten = mock.fn()
    const failure = fails(channel.send('AT+CMGS=18', { payload: 'ABCD', onPayloadWritten }))
    await pass(10_000)
    near.push('\r\n> ')
    await settle()
    finishWriting?.()
    assert.equal((await failure).code, 'timeout')
    assert.ok(written.startsWith('AT+CMGS=18\r\x1b') && !written.includes('ABCD'), JSON.stringify(written))
    assert.equal(onPayloadWritten.mock.callCount(), 0)
  })

  test('without an end of ESC closes the channel all the same', async () => {
    const [near] = createStreamPair()
    mock.method(near, '_write', (chunk: Buffer, _encoding: string, done: () => void) => {
      if (chunk[0] !== 0x1b) done()
    })
    const failure = fails(new AtChannel(near).send('AT+CMGS=18', { payload: 'ABCD' }))
    await pass(10_000)
    await pass(1_000)
    assert.equal((await failure).code, 'timeout')
    assert.equal(near.destroyed, true)
  })

  test('for the result of a message counts from its payload', async () => {
    const modem = new Modem()
    const sent = modem.channel.send('AT+CMGS=18', { payload: 'ABCD' })
    await pass(9_000)
    modem.say('\r\n> ')
    await pass(59_000)
    modem.say('\r\n+CMGS: 1\r\n\r\nOK\r\n')
    assert.deepEqual(await sent, ['+CMGS: 1'])
  })

  test('is left to the modem between two commands', async () => {
    const modem = new Modem(40)
    modem.play(() => '\r\nOK\r\n')
    const first = modem.channel.send('AT+ONE')
    const second = modem.channel.send('AT+TWO')
    await first
    await pass(39)
    assert.equal(modem.written, 'AT+ONE\r')
    await pass(1)
    await second
    assert.equal(modem.written, 'AT+ONE\rAT+TWO\r')
  })

  test('runs out for a stream that does not close', async () => {
    const [near] = createStreamPair()
    mock.method(near, '_destroy', () => {})
    const channel = new AtChannel(near)
    const closing = channel.close()
    await pass(2_000)
    await closing
  })
})

describe('waking a modem', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  /** Lets time pass until it is done. */
  const wake = async (modem: Modem, signal?: AbortSignal): Promise<void> => {
    let isDone = false
    const waking = modem.channel.wake(signal).finally(() => {
      isDone = true
    })
    waking.catch(() => {})
    for (let step = 0; step < 1000 && !isDone; step += 1) await pass(100)
    return waking
  }

  test('writes ESC, AT, ATE0 and ATV1, and lets the backlog run out first', async () => {
    const modem = new Modem()
    modem.say('\r\n+ZDONR: "Not Found"\r\n\r\n+CDS: ,25\r\n0011\r\n\r\n+ZUSIMR:2\r\n')
    modem.play((written) =>
      written === 'AT\r' ? 'AT\r\r\nOK\r\n' : written === 'ATE0\r' ? 'ATE0\r\r\nOK\r\n' : '\r\nOK\r\n',
    )
    await wake(modem)
    assert.equal(modem.written, '\x1b\rAT\rATE0\rATV1\r')
    assert.deepEqual(modem.unsolicited, ['+ZDONR: "Not Found"', '+CDS: ,25\n0011', '+ZUSIMR:2'])
  })

  test('gets along with digits, and with a hung prompt', async () => {
    const modem = new Modem()
    modem.say('> ')
    modem.play((written) => (written === 'ATV1\r' ? '\r\nOK\r\n' : '0\r'))
    await wake(modem)
    assert.equal(modem.written, '\x1b\rAT\rATE0\rATV1\r')
  })

  test('asks three times, and a late answer is nobody’s', async () => {
    const modem = new Modem()
    let probes = 0
    modem.play((written) => {
      if (written !== 'AT\r') return written === 'ATE0\r' ? '\r\nERROR\r\n' : '\r\nOK\r\n'
      probes += 1
      return probes < 3 ? '' : '\r\nOK\r\n\r\nOK\r\n'
    })
    await wake(modem)
    assert.equal(modem.written, '\x1b\rAT\rAT\rAT\rATE0\rATV1\r')
    assert.deepEqual(modem.closings, [])
  })

  test('of a silent port fails, and closes the channel', async () => {
    const modem = new Modem()
    await assert.rejects(wake(modem), { code: 'timeout' })
    assert.equal(modem.written, '\x1b\rAT\rAT\rAT\r')
    assert.equal(modem.closings.length, 1)
  })

  test('ends when the port goes away', async () => {
    const modem = new Modem()
    modem.play(() => {
      modem.stream.destroy()
      return ''
    })
    await assert.rejects(wake(modem), { code: 'closed' })
  })

  test('ends when it is given up', async () => {
    const givingUp = new AbortController()
    const modem = new Modem()
    modem.play((written) => {
      if (written === 'AT\r') givingUp.abort()
      return ''
    })
    await assert.rejects(wake(modem, givingUp.signal), { name: 'AbortError' })
    assert.equal(modem.written, '\x1b\rAT\r')
  })
})

describe('however the bytes are cut', () => {
  const random = randomNumbers(5)
  const cutAnywhere = (text: string): readonly string[] => {
    const chunks: string[] = []
    for (let at = 0; at < text.length; ) {
      const length = 1 + Math.floor(random() * 12)
      chunks.push(text.slice(at, at + length))
      at += length
    }
    return chunks
  }
  const ANSWERS: Record<string, string> = {
    'AT+CSQ\r': 'AT+CSQ\r\r\n+CSQ: 17,99\r\n\r\n+CMTI: "SM",4\r\n\r\nOK\r\n',
    'AT+CREG?\r': '\r\n+CREG: 1\r\n\r\n+CREG: 1,1\r\n\r\nOK\r\n',
    'AT+CMGS=18\r': '\r\n+ZUSIMR:2\r\n\r\n> ',
    'ABCD\x1a': 'ABCD\x1a\r\n+CUSD: 1,"a\r\nOK\r\nb",15\r\n\r\n+CMGS: 12\r\n\r\nOK\r\n',
    'AT+CMGL=4\r': '\r\n+CMGL: 1,1,,2\r\n\r\n+CMT: ,2\r\nBBBB\r\nAAAA\r\n\r\nOK\r\n',
    'AT+FOO\r': '\r\n+CME ERROR: 4\r\n',
  }

  test('a conversation gives the same answers, errors and unsolicited lines', async () => {
    for (let round = 0; round < 100; round += 1) {
      const modem = new Modem()
      modem.play((written) => ANSWERS[written] ?? '', cutAnywhere)
      const { channel } = modem
      const answers = await Promise.allSettled([
        channel.send('AT+CSQ'),
        channel.send('AT+CREG?'),
        channel.send('AT+CMGS=18', { payload: 'ABCD' }),
        channel.send('AT+FOO'),
        channel.send('AT+CMGL=4'),
      ])
      assert.deepEqual(
        answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.join('|') : answer.reason.cme)),
        ['+CSQ: 17,99', '+CREG: 1,1', '+CMGS: 12', 4, '+CMGL: 1,1,,2|AAAA'],
      )
      assert.deepEqual(modem.unsolicited, [
        '+CMTI: "SM",4',
        '+CREG: 1',
        '+ZUSIMR:2',
        '+CUSD: 1,"a\r\nOK\r\nb",15',
        '+CMT: ,2\nBBBB',
      ])
    }
  })

  for (const { id, sent, chunks, response, urcs } of STREAMS) {
    const [command, payload] = sent
    if (response?.final !== 'OK' || command === undefined || id === 'st-late-ok') continue
    test(`${id} reaches the sender and the listener whole`, async () => {
      for (let round = 0; round < 20; round += 1) {
        const modem = new Modem()
        const answer = modem.channel.send(
          command.slice(0, -1),
          payload === undefined ? {} : { payload: payload.slice(0, -1) },
        )
        await settle()
        for (const chunk of cutAnywhere(chunks.join(''))) modem.say(chunk)
        assert.deepEqual(await answer, response.lines)
        await settle()
        assert.deepEqual(modem.unsolicited, urcs)
        assert.equal(modem.written, sent.join(''))
      }
    })
  }
})
