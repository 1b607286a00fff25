#!/usr/bin/env python3
"""Puts objects into a bucket with botocore, whose signer is not ours, and signs what it is told to.

    s3_hand.py ENDPOINT ACCESS_KEY SECRET_KEY    prints `ready`, then reads one JSON object a line and answers one

{"do": "create", "bucket": B}
{"do": "put", "bucket": B, "key": K, "body": TEXT, "repeat": N, "metadata": {…}}
{"do": "delete", "bucket": B, "key": K}
{"do": "policy", "bucket": B, "policy": {…}}
{"do": "sign", "method": M, "path": P, "query": [[N, V], …], "headers": [[N, V], …], "hash": H, "date": D, "token": T,
 "region": R}    answers {"authorization": …} (needs no server)
"""

import json
import sys
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.session

ENDPOINT, ACCESS_KEY, SECRET_KEY = sys.argv[1:4]


def make_client():
    return botocore.session.get_session().create_client(
        "s3",
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=botocore.config.Config(s3={"addressing_style": "path"}, signature_version="s3v4"),
    )


class FixedTime(botocore.auth.S3SigV4Auth):
    """botocore's signer with the request's own date and payload hash."""

    def __init__(self, order, credentials):
        super().__init__(credentials, "s3", order["region"])
        self.order = order

    def payload(self, request):
        return self.order["hash"]

    def _modify_request_before_signing(self, request):
        pass

    def headers_to_sign(self, request):
        headers = botocore.auth.HTTPHeaders()
        for name, value in self.order["headers"]:
            headers[name.lower()] = value
        return headers


def sign(order):
    query = urllib.parse.urlencode([tuple(pair) for pair in order["query"]], quote_via=urllib.parse.quote, safe="-_.~")
    url = "https://host" + urllib.parse.quote(order["path"], safe="/-_.~") + ("?" + query if query else "")
    request = botocore.awsrequest.AWSRequest(method=order["method"], url=url, headers=dict(order["headers"]))
    request.context["timestamp"] = order["date"]
    auth = FixedTime(order, botocore.credentials.Credentials(ACCESS_KEY, SECRET_KEY, None))
    canonical = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    names = auth.signed_headers(auth.headers_to_sign(request))
    return {
        "authorization": f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={names}, "
        f"Signature={signature}",
        "canonical": canonical,
    }


def run(order):
    if order["do"] == "sign":
        return sign(order)
    client = run.client = getattr(run, "client", None) or make_client()
    if order["do"] == "create":
        client.create_bucket(Bucket=order["bucket"])
    elif order["do"] == "put":
        body = order["body"].encode() * order.get("repeat", 1)
        client.put_object(
            Bucket=order["bucket"], Key=order["key"], Body=body, Metadata=order.get("metadata", {})
        )
    elif order["do"] == "delete":
        client.delete_object(Bucket=order["bucket"], Key=order["key"])
    elif order["do"] == "policy":
        client.put_bucket_policy(Bucket=order["bucket"], Policy=json.dumps(order["policy"]))
    return {}


def main():
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            answer = run(json.loads(line))
        except Exception as fault:  # the test says what went wrong
            answer = {"fault": f"{type(fault).__name__}: {fault}"}
        print(json.dumps(answer), flush=True)


main()
