import assert from "node:assert/strict";
import { ofWebPage } from "./web-page";

describe("a request of a web page", () => {
  const own = ["127.0.0.1:4566", "10.77.0.1:4000"];
  const why = (headers: Record<string, string>, method = "POST") =>
    ofWebPage({ method, headers: { host: "127.0.0.1:4566", ...headers } }, own);

  it("is told by a name that is none of ours", () => {
    for (const host of [
      "evil.example:4566",
      "127.0.0.1.evil.example:4566",
      "localhost.evil.example",
      "evil.exampleamazonaws.com",
      "192.0.2.1:4566",
    ])
      assert.match(why({ host }) ?? "", /is no name of the local AWS/, host);
  });

  it("is told by what browsers say of the page", () => {
    assert.match(why({ origin: "https://evil.example" }) ?? "", /a page of https:\/\/evil\.example/);
    assert.match(why({ origin: "null" }) ?? "", /a page of null/);
    // Another port is another origin: somebody else's page on this machine.
    assert.match(why({ origin: "http://127.0.0.1:3000" }) ?? "", /a page of/);
    for (const site of ["cross-site", "same-site"])
      assert.match(why({ "sec-fetch-site": site }) ?? "", /another site/);
    assert.match(why({ "access-control-request-method": "POST" }, "OPTIONS") ?? "", /whether that may call/);
  });

  it("is none that clients of this machine send, nor one that somebody has typed", () => {
    const hosts = [
      ...[
        "127.0.0.1:4566",
        "localhost:4566",
        "bucket.localhost:4566",
        "bucket.127.0.0.1:4566",
        "10.77.0.1:4000",
      ],
      ...[
        "shop.staging.localhost:4566",
        "lb-1.us-east-1.elb.amazonaws.com",
        "b.s3.cn-north-1.amazonaws.com.cn",
        "[::1]:4566",
      ],
    ];
    for (const host of hosts) assert.equal(why({ host }), undefined, host);
    assert.equal(
      why({ host: "lb-1.us-east-1.elb.amazonaws.com", origin: "https://shop.example.com" }),
      undefined,
    );
    assert.equal(why({ "sec-fetch-site": "none" }, "GET"), undefined);
    assert.equal(why({ "sec-fetch-site": "same-origin", origin: "http://127.0.0.1:4566" }), undefined);
    assert.equal(why({}, "OPTIONS"), undefined);
  });
});
