// The beginning of a stack's process: makes it able to load TypeScript that the parent has compiled, and loads what
// takes long while the parent still compiles.
"use strict";
const Module = require("node:module");

// Pulumi loads npm's whole dependency resolver (800 files) and TypeScript to serialize functions, which no program here
// does. They are loaded when Pulumi uses something of them.
const onlyToSerialize = ["@npmcli/arborist", "typescript"];
const load = Module._load;
Module._load = function (request, parent, ...others) {
  const real = () => load.call(this, request, parent, ...others);
  if (!onlyToSerialize.includes(request) || !/@pulumi.pulumi./.test(parent?.filename)) return real();
  return new Proxy({}, { get: (_, name) => name === "__esModule" || real()[name] });
};

const started = new Promise((resolve) => process.once("message", resolve));
// The one who asked is gone. The task may have something to end first, and then listens itself.
process.once("disconnect", () => process.listenerCount("disconnect") === 0 && process.exit(1));

require("@pulumi/pulumi");
require("@pulumi/aws");

started.then(({ task, code, child }) => {
  Module._extensions[".ts"] = (module, file) => {
    if (code[file] === undefined)
      throw new Error(`${file} was not compiled: name it in an import or a require`);
    module._compile(code[file], file);
  };
  return require(child).run(task);
});
