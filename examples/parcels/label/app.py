"""Notes the label of a parcel when it is stored in the bucket."""
import os
from pathlib import PurePosixPath

import boto3

s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    bucket = event["detail"]["bucket"]["name"]
    key = event["detail"]["object"]["key"]
    label = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    table.update_item(
        Key={"id": PurePosixPath(key).stem},
        UpdateExpression="SET label = :label",
        ExpressionAttributeValues={":label": label.strip()},
    )
