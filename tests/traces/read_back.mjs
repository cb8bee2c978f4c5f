// Asks Perfetto's trace processor (WebAssembly) about a trace.
//
//   node read_back.mjs FOLDER TRACE < QUERIES > ANSWERS
//
// FOLDER has trace_processor.wasm, engine_bundle.node.js and engine.mjs; QUERIES is a JSON list of
// SQL, ANSWERS a JSON list of lists of rows. The bundle is written for a worker of a browser: it is
// given what it looks for there.
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";

const [folder, trace] = process.argv.slice(2);
const PIECE = 32 * 1024 * 1024;

function replaced(source, from, to) {
  if (!source.includes(from)) throw new Error(`engine_bundle.node.js has no ${from}`);
  return source.replace(from, to);
}

async function started() {
  globalThis.self = globalThis;
  globalThis.WorkerGlobalScope = function () {};
  globalThis.location = { href: pathToFileURL(folder).href + "/" };
  globalThis.wasmBytes = new Uint8Array(readFileSync(path.join(folder, "trace_processor.wasm")));
  let source = readFileSync(path.join(folder, "engine_bundle.node.js"), "utf8");
  source = replaced(source, "this.useMemory64 = hasMemory64Support();", "this.useMemory64 = false;");
  source = replaced(source, "locateFile: (s) => s,", "locateFile: (s) => s, wasmBinary: wasmBytes,");
  const made = "const wasmBridge = new wasm_bridge_1.WasmBridge();";
  source = replaced(source, made, `${made} globalThis.bridge = wasmBridge;`);
  vm.runInThisContext(source);
  const { EngineBase } = await import(pathToFileURL(path.join(folder, "engine.mjs")).href);
  const { port1, port2 } = new MessageChannel();
  class Engine extends EngineBase {
    mode = "WASM";
    id = "read back";
    rpcSendRequestBytes(data) {
      port2.postMessage(data);
    }
    [Symbol.dispose]() {}
  }
  const engine = new Engine();
  port2.onmessage = (message) => {
    if (message.data instanceof Uint8Array) engine.onRpcResponseBytes(message.data);
  };
  globalThis.bridge.initialize(port1);
  return engine;
}

console.warn = console.log = () => {}; // the answers alone go to stdout
const engine = await started();
const bytes = new Uint8Array(readFileSync(trace));
for (let at = 0; at < bytes.length; at += PIECE) await engine.parse(bytes.subarray(at, at + PIECE));
await engine.notifyEof();
const answers = [];
for (const query of JSON.parse(readFileSync(0, "utf8"))) {
  const result = await engine.query(query);
  if (result.error()) throw new Error(`${result.error()}: ${query}`);
  const rows = [];
  const columns = result.columns();
  for (const row = result.iter({}); row.valid(); row.next())
    rows.push(columns.map((name) => row.get(name)));
  answers.push(rows);
}
const plain = (_key, value) => (typeof value === "bigint" ? Number(value) : value);
process.stdout.write(JSON.stringify(answers, plain), () => process.exit(0));
