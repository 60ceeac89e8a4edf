// Stands in for Pulumi's own Node.js language host, `pulumi-language-nodejs`, where that is not to be had: a Go program
// between the engine and Node.js. What it starts is Pulumi's own: `@pulumi/pulumi/cmd/run`, which compiles the program
// with its ts-node and runs it. Arguments, environment and working directory are those that Pulumi's host gives
// (`run-program.ts`, `required-packages.ts`). What it leaves out: the proxy between program and engine, which only
// passes calls on, debugging, plugins and policy packs in TypeScript, and code generation; the engine is told so.
// https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/pulumi-language-nodejs/main.go
import { type ChildProcess, execFileSync } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_grpc_pb";
import messages from "@pulumi/pulumi/proto/language_pb";
import plugin from "@pulumi/pulumi/proto/plugin_pb";
import { requiredPackages } from "./required-packages";
import { runProgram } from "./run-program";

/** What the engine's own messages may have: plans and states are large. */
const maxMessageBytes = 400 * 1024 * 1024;
const running = new Set<ChildProcess>();
// The engine gives its address as the last argument, and again in the handshake.
let engine = process.argv.at(-1) ?? "";

const answer =
  <Request, Response>(
    work: (request: Request) => Response | Promise<Response>,
  ): grpc.handleUnaryCall<Request, Response> =>
  ({ request }, done) => {
    Promise.resolve(request)
      .then(work)
      .then(
        (response) => done(null, response),
        (error: unknown) => done({ code: grpc.status.UNKNOWN, details: String(error) }),
      );
  };

const host: grpc.UntypedServiceImplementation = {
  handshake: answer((request: messages.LanguageHandshakeRequest) => {
    engine = request.getEngineAddress() || engine;
    return new messages.LanguageHandshakeResponse();
  }),
  getPluginInfo: answer(() => new plugin.PluginInfo()),
  getRequiredPackages: answer((request: messages.GetRequiredPackagesRequest) => {
    const folder = request.getInfo()?.getProgramDirectory() ?? ".";
    const found = requiredPackages(folder).map(({ name, version }) =>
      new plugin.PackageDependency().setName(name).setKind("resource").setVersion(`v${version}`),
    );
    return new messages.GetRequiredPackagesResponse().setPackagesList(found);
  }),
  run: answer((request: messages.RunRequest) => runProgram(request, engine, running)),
  // `npm ci` has been here already.
  installDependencies: (call: grpc.ServerWritableStream<messages.InstallDependenciesRequest, unknown>) =>
    call.end(),
  runtimeOptionsPrompts: answer(() => new messages.RuntimeOptionsResponse()),
  about: answer(() => {
    const version = execFileSync("node", ["--version"], { encoding: "utf8" }).trim();
    return new messages.AboutResponse().setExecutable("node").setVersion(version);
  }),
  cancel: answer((empty) => {
    for (const child of running) child.kill("SIGINT");
    return empty;
  }),
};

function end(): void {
  for (const child of running) child.kill("SIGKILL");
  process.exit();
}

const server = new grpc.Server({
  "grpc.max_receive_message_length": maxMessageBytes,
  "grpc.max_send_message_length": maxMessageBytes,
});
// Calls that are not served answer UNIMPLEMENTED.
server.addService(language.LanguageRuntimeService, host);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
process.on("SIGTERM", end).on("SIGINT", end);
// An engine that was killed leaves nothing behind either.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) end();
}, 500);
