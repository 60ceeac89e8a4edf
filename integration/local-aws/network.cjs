// The network of the local AWS, for the Node.js programs that it runs (builds, tasks, functions): they are
// started with `--require` of this file. No DNS here knows a load balancer's name, so a connection to one goes
// to the gateway, which finds the load balancer and the listener by the request's Host header.
"use strict";
const net = require("node:net");

const gateway = process.env.GREENROOM_GATEWAY ? new URL(process.env.GREENROOM_GATEWAY) : undefined;
const isLoadBalancer = (host) =>
  typeof host === "string" && /\.elb\.[a-z0-9.-]*amazonaws\.com(\.cn)?$/i.test(host);

if (gateway) {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (...args) {
    // net.connect() hands on its arguments normalized: [[options, callback]].
    const options = Array.isArray(args[0]) ? args[0][0] : args[0];
    if (options && typeof options === "object" && isLoadBalancer(options.host)) {
      options.host = gateway.hostname;
      options.port = Number(gateway.port);
      delete options.lookup;
    }
    return connect.apply(this, args);
  };
}
