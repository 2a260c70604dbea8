"""Makes the buckets named in S3_BUCKETS, with versions and object lock; LocalStack runs it when it is up."""

import os

import boto3

s3 = boto3.client(
    "s3",
    endpoint_url="http://127.0.0.1:4566",
    region_name=os.environ.get("S3_REGION", "eu-west-2"),
    aws_access_key_id="development",
    aws_secret_access_key="development",  # noqa: S106 - LocalStack checks none
)
for bucket in os.environ.get("S3_BUCKETS", "documents").split(","):
    s3.create_bucket(
        Bucket=bucket,
        CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name},
        ObjectLockEnabledForBucket=True,
    )
