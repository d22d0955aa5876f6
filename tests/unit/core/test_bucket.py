"""What strangers may cause has a limit, and after a while there is some of it again."""

from __future__ import annotations

from heimvakt.core.bucket import Bucket


def test_a_bucket_fills_again_up_to_its_size() -> None:
    bucket = Bucket(most=2, per_s=1.0)
    assert [bucket.take(0.0) for _ in range(3)] == [True, True, False]
    assert [bucket.take(1.5), bucket.take(1.5)] == [True, False]
    assert [bucket.take(100.0) for _ in range(3)] == [True, True, False]
