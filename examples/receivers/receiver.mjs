// A small response centre: stores each alarm, answers it, and lets a person take it.
//
//     npm ci && node receiver.mjs mqtts://broker.example centre.log    then type: accepted ALARM_ID
//
// docs/integrating.md says why each line is there, and what a real centre has besides.

import { randomUUID } from 'node:crypto'
import { existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import mqtt from 'mqtt'

const [address, file] = process.argv.slice(2)
const alarms = new Set()
const taken = new Set()
const remember = ({ alarm, answer }) => (alarm ? alarms.add(alarm) : taken.add(answer))

for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
  try { remember(JSON.parse(line)) } catch { /* empty, or cut off by a power cut */ }
}
const disk = openSync(file, 'as') // O_SYNC: what we answer for is on the disk

function store (entry) {
  writeSync(disk, '\n' + JSON.stringify(entry))
  remember(entry)
}

function answer (gateway, id, what, by) {
  const data = { alarm_id: id, answer: what, by }
  const type = 'heimvakt.acknowledgement.v1'
  const event = { specversion: '1.0', id: randomUUID(), source: '/centre/2', type, data }
  client.publish(`heimvakt/v1/${gateway}/ack`, JSON.stringify(event), { qos: 1 })
}

function read (topic, payload) {
  const { source, data } = JSON.parse(payload)
  const gateway = source.replace('/heimvakt/', '')
  const right = topic === `heimvakt/v1/${gateway}/alarm` && typeof data.alarm_id === 'string'
  if (!right || !Number.isInteger(data.revision)) throw new Error('it is no alarm of this home')
  return { gateway, id: data.alarm_id, key: `${data.alarm_id} ${data.revision}`, state: data.state }
}

function take (topic, payload) {
  let said
  try { said = read(topic, payload) } catch (error) { return console.log('left aside', topic, error) }
  const known = alarms.has(said.key)
  if (!known) store({ alarm: said.key, message: payload.toString() }) // if it cannot, it ends here
  answer(said.gateway, said.id, 'received', 'centre-2') // a copy too: our first may be lost
  for (const what of ['accepted', 'closed']) {
    if (taken.has(`${what} ${said.id}`)) answer(said.gateway, said.id, what, 'operator-2')
  }
  console.log(known ? 'again' : 'new', said.key, said.state)
}

const week = { sessionExpiryInterval: 7 * 24 * 3600 }
const options = { clientId: 'centre-2', clean: false, protocolVersion: 5, properties: week }
const client = mqtt.connect(address, { ...options, resubscribe: false }) // connects again by itself
client.on('error', (error) => console.log('not connected', error.message))
client.on('connect', () => { // each time: the broker may have forgotten us
  client.subscribe('heimvakt/v1/+/alarm', { qos: 1 }, () => console.log('listening'))
})
client.handleMessage = ({ topic, payload }, confirm) => {
  take(topic, payload)
  confirm() // not before it is stored: until then the broker has it
}

createInterface({ input: process.stdin }).on('line', (line) => { // "accepted no-1505-004711-12"
  const [, what, id] = /^(accepted|closed) (\S+)$/.exec(line) ?? []
  if (id === undefined) return
  store({ answer: `${what} ${id}` })
  answer(id.slice(0, id.lastIndexOf('-')), id, what, 'operator-2')
})
