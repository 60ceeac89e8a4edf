// A process in the rooms' network: it opens the door to the local AWS there, whose connections control itself accepts, and
// asks tasks for control, which cannot reach them.
import net from "node:net";
import { directProbe } from "../../../core/probe";
import { gateAddress, type FromGate, type ToGate } from "./gate-protocol";

// Nobody hears what is said when control has gone; then this process ends.
const say = (message: FromGate, handle?: net.Server) =>
  process.send?.(message, handle, undefined, () => undefined);

const server = net.createServer();
server.listen(0, gateAddress, () => {
  say({ type: "open", port: (server.address() as net.AddressInfo).port }, server);
  // Control has it now.
  server.close();
});
process.on("message", ({ id, request }: ToGate) => {
  void directProbe(request, new AbortController().signal).then((result) =>
    say({ type: "probed", id, result }),
  );
});
// Control ends it, whatever becomes of control; a Ctrl-C is control's to act on.
process.on("disconnect", () => process.exit(0));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
