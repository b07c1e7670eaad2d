"""Writes the parcels that a queue brings to the table. A message that is no parcel is told to have failed, alone."""
import json
import os
from decimal import Decimal

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            parcel = json.loads(record["body"], parse_float=Decimal)
            table.put_item(Item={"id": parcel["id"], "kilograms": parcel["kilograms"]})
        except (ValueError, KeyError, TypeError) as refused:
            print(f"refused {record['body']}: {refused!r}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
